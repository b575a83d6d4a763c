import { z } from "zod"
import { Id, plainText } from "../http/fields.ts"

export const UserQuery = z.object({
  name: plainText(100).meta({ description: "An unknown name creates the user", example: "u1" }),
})

export const UserId = Id.meta({ id: "UserId", description: "The user's id, a bare number" })
