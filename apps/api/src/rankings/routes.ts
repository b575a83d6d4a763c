import { defineRoute } from "../http/define-route.ts"
import type { Route } from "../http/define-route.ts"
import { Ranking, RankingQuery } from "./schema.ts"
import type { Rankings } from "./service.ts"

export const createRankingRoutes = ({ service }: { service: Rankings }): Route[] => [
  defineRoute({
    id: "listTopProducts",
    method: "GET",
    path: "/products/top",
    summary: "Best sellers of the last 3 days, counted from the orders",
    tag: "Products",
    input: { query: RankingQuery },
    answer: { status: 200, schema: Ranking, description: "Most sold first" },
    access: { who: "anyone" },
    handle: ({ query }) => service.top(query.limit),
  }),
  defineRoute({
    id: "listTopProductsRealtime",
    method: "GET",
    path: "/products/top/realtime",
    summary: "The same from Redis, including orders of a moment ago",
    tag: "Products",
    input: { query: RankingQuery },
    answer: { status: 200, schema: Ranking, description: "Most sold first" },
    access: { who: "anyone" },
    handle: ({ query }) => service.realtime(query.limit),
  }),
]
