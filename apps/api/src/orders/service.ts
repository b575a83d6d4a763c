import { createPlaceOrder } from "./place-order.ts"
import type { OrderStrategy } from "./place-order.ts"
import type { StrategyDeps } from "./strategies/strategy.ts"
import { createOrderReads } from "./read-orders.ts"
import type { Db } from "../infra/db.ts"

type OrdersDeps = Omit<StrategyDeps, "db"> & { strategy: OrderStrategy; readDb: Db; writeDb: Db }

/** Orders: placing them by the chosen strategy, and reading them. */
export function createOrders({ readDb, writeDb, ...rest }: OrdersDeps) {
  return { place: createPlaceOrder({ db: writeDb, ...rest }), ...createOrderReads({ db: readDb }) }
}

export type Orders = ReturnType<typeof createOrders>
