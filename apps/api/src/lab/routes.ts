import { defineRoute } from "../http/define-route.ts"
import type { Route } from "../http/define-route.ts"
import { SeedRequest, SeedResult } from "./schema.ts"
import type { Lab } from "./service.ts"

export const createLabRoutes = ({ service }: { service: Lab }): Route[] => [
  defineRoute({
    id: "seedShop",
    method: "POST",
    path: "/init",
    summary: "Empties the shop and seeds it",
    tag: "Lab",
    input: { body: SeedRequest },
    bodyOptional: true,
    answer: { status: 200, schema: SeedResult, description: "What was made" },
    access: { who: "lab" },
    handle: ({ body }) => service.seed(body),
  }),
]
