import { createIdempotent } from "../idempotency/idempotent.ts"
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
  const place = STRATEGIES[strategy](deps)
  const idempotent = createIdempotent(deps)
  return (command, request) => idempotent(request, () => place(command, request))
}
