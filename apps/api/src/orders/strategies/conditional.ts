import { createOrderQueue } from "../order-queue.ts"
import { placeSingleOrder } from "../single-order-transaction.ts"
import type { PlaceOrder, StrategyDeps } from "./strategy.ts"

/** One interactive transaction per order; conditional updates replace locks. */
export function createConditionalStrategy(deps: StrategyDeps): PlaceOrder {
  const queue = createOrderQueue(deps, (job) => placeSingleOrder(deps, job))
  return (command, request) => queue.submit({ command, request })
}
