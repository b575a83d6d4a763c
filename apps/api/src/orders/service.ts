import { createCancelOrder } from "./cancel/cancel-order.ts"
import { createPlaceOrder } from "./place-order.ts"
import type { OrderStrategy } from "./place-order.ts"
import type { StrategyDeps } from "./strategies/strategy.ts"
import { createOrderReads } from "./read-orders.ts"
import type { Db } from "../infra/db.ts"

type OrdersDeps = Omit<StrategyDeps, "db"> & {
  strategy: OrderStrategy
  readDb: Db
  writeDb: Db
  cancelWindowMs: number
}

/** Orders: place them by the chosen strategy, cancel them, and read them. */
export function createOrders({ readDb, writeDb, cancelWindowMs: windowMs, ...rest }: OrdersDeps) {
  const { maxQueued, onRetry } = rest
  return {
    place: createPlaceOrder({ db: writeDb, ...rest }),
    cancel: createCancelOrder({ db: writeDb, windowMs, maxQueued, onRetry }),
    ...createOrderReads({ db: readDb }),
  }
}

export type Orders = ReturnType<typeof createOrders>
