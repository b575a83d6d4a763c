import { createBatchedStrategy } from "./strategies/batched.ts"
import { createConditionalStrategy } from "./strategies/conditional.ts"
import { createMultilockNarrowStrategy, createMultilockWideStrategy } from "./strategies/multilock.ts"
import type { PlaceOrder, StrategyDeps } from "./strategies/strategy.ts"

const STRATEGIES = {
  batched: createBatchedStrategy,
  conditional: createConditionalStrategy,
  multilock_wide: createMultilockWideStrategy,
  multilock_narrow: createMultilockNarrowStrategy,
}

export type OrderStrategy = keyof typeof STRATEGIES

export function createPlaceOrder({
  strategy,
  ...deps
}: StrategyDeps & { strategy: OrderStrategy }): PlaceOrder {
  return STRATEGIES[strategy](deps)
}
