import type { Request } from "express"
import { UserPath } from "../balance/schema.ts"
import { ClaimQuery, CouponPath } from "../coupons/schema.ts"
import type { RouteEntry } from "../http/routes-table.ts"
import { OrderBody, OrderPath, UserPath as BuyerPath } from "../orders/schema.ts"

/** Who may use a route while AUTH=jwt. */
export type Access =
  /** Whoever asks. */
  | { who: "anybody" }
  /** Whoever LAB and LAB_TOKEN let in; its guard stands before these routes. */
  | { who: "lab" }
  /** Whoever has a valid token. */
  | { who: "user" }
  /** The user that the request itself names. */
  | { who: "owner"; userOf: (req: Request) => number }
  /** The user who placed the order that the request names. */
  | { who: "buyer"; orderOf: (req: Request) => number }

export type RouteName = `${"GET" | "POST"} /${string}`

const ANYBODY: Access = { who: "anybody" }
const LAB: Access = { who: "lab" }
const owner = (userOf: (req: Request) => number): Access => ({ who: "owner", userOf })

/** Every route has its entry: without one the API does not start. The user is read as the route itself reads it. */
export const ACCESS: Readonly<Record<RouteName, Access>> = {
  "POST /orders": owner((req) => OrderBody.parse(req.body).userId),
  "GET /orders/:id": { who: "buyer", orderOf: (req) => OrderPath.parse(req.params).id },
  "GET /users/:id/orders": owner((req) => BuyerPath.parse(req.params).id),
  "POST /users/:id/balance": owner((req) => UserPath.parse(req.params).id),
  "GET /users/:id/balance": owner((req) => UserPath.parse(req.params).id),
  "GET /users/:id/balance/history": owner((req) => UserPath.parse(req.params).id),
  "POST /coupons": owner((req) => ClaimQuery.parse(req.query).userId),
  "GET /users/:id/coupons": owner((req) => CouponPath.parse(req.params).id),
  // A new user has no id that a token could name yet.
  "GET /users/id": { who: "user" },

  "GET /products": ANYBODY,
  "GET /products/:id": ANYBODY,
  "GET /products/top": ANYBODY,
  "GET /products/top/realtime": ANYBODY,
  "GET /healthz": ANYBODY,
  "GET /readyz": ANYBODY,
  "GET /metrics": ANYBODY,
  "GET /openapi.json": ANYBODY,
  "GET /docs": ANYBODY,

  "POST /init": LAB,
  "GET /audit": LAB,
}

const byName = new Map<string, Access>(Object.entries(ACCESS))

/** The decision for a route, with its parameters spelled `:id` or `{id}`. */
export const accessOf = ({ method, path }: RouteEntry): Access | undefined =>
  byName.get(`${method} ${path.replaceAll(/\{(\w+)\}/g, ":$1")}`)

/** Throws when somebody added a route without saying who may use it. */
export function requireDecisions(routes: readonly RouteEntry[]): void {
  const undecided = routes.filter((route) => accessOf(route) === undefined)
  if (undecided.length === 0) return
  const names = undecided.map(({ method, path }) => `${method} ${path}`).join(", ")
  throw new Error(`auth/access.ts does not say who may use ${names}`)
}
