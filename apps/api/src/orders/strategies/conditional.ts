import { createOrderLine } from "../line.ts"
import { placeAlone } from "../place-alone.ts"
import type { PlaceOrder, StrategyDeps } from "./strategy.ts"

/** One interactive transaction an order; conditional updates stand in for locks. */
export function createConditionalStrategy(deps: StrategyDeps): PlaceOrder {
  const line = createOrderLine(deps, (job) => placeAlone(deps, job))
  return (command, request) => line.submit({ command, request })
}
