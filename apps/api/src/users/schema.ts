import { z } from "zod"
import { Id } from "../http/fields.ts"
import { Name } from "../http/name.ts"

export const UserQuery = z.object({
  name: Name,
})

export const UserId = Id.meta({ id: "UserId", description: "The user's id, a bare number" })
