import type { Redis } from "ioredis"
import type { Answer } from "../../idempotency/answer.ts"
import type { KeyedRequest } from "../../idempotency/request.ts"
import type { BatchObserver } from "../../infra/batcher.ts"
import type { Db } from "../../infra/db.ts"
import type { RetryObserver } from "../../infra/retry.ts"
import type { OrderCommand } from "../decide.ts"
import type { OrderMetrics } from "../order-metrics.ts"

/**
 * Places an order whole or not at all; the order that a key placed before is answered again. A refusal by the
 * rules of the shop is an answer; what is thrown (OVERLOADED, UNAVAILABLE, a fault) decided nothing.
 */
export type PlaceOrder = (command: OrderCommand, request: KeyedRequest | null) => Promise<Answer>

export type StrategyDeps = {
  /** The small pool for writes, of at least `writers` connections. */
  db: Db
  redis: Redis
  /** Transactions at a time. */
  writers: number
  /** Orders that may wait for a transaction. */
  maxQueued: number
  /** How long an order waits for its turn before it is refused; 5 s unless given. */
  queueWaitMs?: number | undefined
  /** How long an order waits for the Redis locks of its products. */
  lockWaitMs?: number
  observe?: BatchObserver
  orderMetrics?: OrderMetrics | undefined
  onRetry?: RetryObserver | undefined
}
