import { z } from "zod"
import { Id } from "../http/fields.ts"
import { DOCUMENTED_PRINTABLE, Name, PRINTABLE } from "../http/name.ts"

const MAX_SUBJECT = 255
const NOT_DIGITS_ALONE = "(?![0-9]+$)"

/** Subjects that can be linked to a user; digits alone would be taken for the id of a user. */
export const LINKABLE = new RegExp(`^${NOT_DIGITS_ALONE}${PRINTABLE}{1,${MAX_SUBJECT}}$`, "u")

export const UserQuery = z.object({
  name: Name,
})

export const UserId = Id.meta({ id: "UserId", description: "The user's id, a bare number" })

export const NewUser = z
  .strictObject({
    name: Name,
    subject: z
      .string()
      .regex(
        LINKABLE,
        `must be 1 to ${MAX_SUBJECT} characters, not digits alone, none of them a control character`,
      )
      .optional()
      .meta({
        description: "The `sub` of this user's tokens, not of digits alone",
        example: "auth0|minji",
        override: {
          type: "string",
          minLength: 1,
          maxLength: MAX_SUBJECT,
          pattern: `^${NOT_DIGITS_ALONE}${DOCUMENTED_PRINTABLE}*$`,
        },
      }),
  })
  .meta({ id: "NewUser" })
export type NewUser = z.infer<typeof NewUser>

export const CreatedUser = z.object({ userId: Id, name: z.string() }).meta({ id: "CreatedUser" })
