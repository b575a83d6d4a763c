import { createLine } from "../line.ts"
import { placeAlone } from "../place-alone.ts"
import type { PlaceOrder, StrategyDeps } from "../place-order.ts"

/** One interactive transaction an order; conditional updates stand in for locks. */
export function createConditionalStrategy({ db, writers, maxQueued, onRetry }: StrategyDeps): PlaceOrder {
  const line = createLine({ place: (job) => placeAlone({ db, onRetry }, job), writers, maxQueued })
  return (command, request) => line.submit({ command, request })
}
