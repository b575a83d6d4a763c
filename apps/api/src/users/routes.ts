import { defineRoute } from "../http/define-route.ts"
import type { Route } from "../http/define-route.ts"
import type { CreateUser } from "./create-user.ts"
import { CreatedUser, NewUser, UserId, UserQuery } from "./schema.ts"
import type { Users } from "./service.ts"

type UserRoutes = { service: Users; create: CreateUser }

export const createUserRoutes = ({ service, create }: UserRoutes): Route[] => [
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
  defineRoute({
    id: "createUser",
    method: "POST",
    path: "/users",
    summary: "Creates a user, and links the subject of their tokens",
    tag: "Users",
    input: { body: NewUser },
    answer: { status: 201, schema: CreatedUser, description: "The user" },
    refusals: ["NAME_TAKEN", "SUBJECT_TAKEN"],
    access: { who: "scope", scope: "shop:admin" },
    idempotentAs: "users.create",
    handle: ({ body }, request, by) => create(body, { request, by }),
  }),
]
