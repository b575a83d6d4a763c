import { defineRoute } from "../http/define-route.ts"
import type { Route } from "../http/define-route.ts"
import { UserId, UserQuery } from "./schema.ts"
import type { Users } from "./service.ts"

export const createUserRoutes = ({ service }: { service: Users }): Route[] => [
  defineRoute({
    id: "findOrCreateUser",
    method: "GET",
    path: "/users/id",
    summary: "The id of a user by name; in a lab (AUTH=none) an unknown name creates the user",
    tag: "Users",
    input: { query: UserQuery },
    answer: { status: 200, schema: UserId, description: "The bare number" },
    refusals: ["USER_NOT_FOUND"],
    // A user whose token has another subject learns their id by it.
    access: { who: "authenticated" },
    handle: ({ query }) => service.idOf(query.name),
  }),
]
