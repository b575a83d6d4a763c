import type { Redis } from "ioredis"
import type { Answer } from "../idempotency/answer.ts"
import { createOnce } from "../idempotency/once.ts"
import type { KeyedRequest } from "../idempotency/request.ts"
import type { Db } from "../infra/db.ts"
import type { OrderCommand } from "./decide.ts"
import { createBatchedStrategy } from "./strategies/batched.ts"

export const ORDER_STRATEGIES = ["batched", "conditional", "multilock_wide", "multilock_narrow"] as const
export type OrderStrategy = (typeof ORDER_STRATEGIES)[number]

/**
 * Places an order whole or not at all, and keeps the answer of a keyed request in the same transaction. A refusal
 * of the shop is an answer; what is thrown (OVERLOADED, UNAVAILABLE, a broken database) was not decided.
 */
export type PlaceOrder = (command: OrderCommand, request: KeyedRequest | null) => Promise<Answer>

export type PlaceOrderDeps = {
  /** The small pool for writes. */
  db: Db
  redis: Redis
  strategy: OrderStrategy
  /** Orders that may wait for a transaction. */
  maxQueued: number
}

export function createPlaceOrder({ strategy, ...deps }: PlaceOrderDeps): PlaceOrder {
  const place = createBatchedStrategy(deps)
  const once = createOnce(deps)
  return (command, request) => once(request, () => place(command, request))
}
