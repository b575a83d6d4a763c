import { isDeepStrictEqual } from "node:util"
import { apply } from "./shop-model.ts"
import type { Action, Outcome } from "./actions.ts"
import type { Model } from "./shop-model.ts"

export type Observed = { action: Action; outcome: Outcome }

/**
 * An order in which one clerk, serving one after the other, would have answered all of these as they were answered, and
 * left what `isEnd` accepts. Undefined when there is none. Meant for up to 8, of which most orders are cut short.
 */
export function serialOrder(
  model: Model,
  observed: readonly Observed[],
  isEnd: (end: Model) => boolean,
): Observed[] | undefined {
  if (observed.length === 0) return isEnd(model) ? [] : undefined
  for (const [at, next] of observed.entries()) {
    const after = structuredClone(model)
    if (!isDeepStrictEqual(apply(after, next.action), next.outcome)) continue
    const rest = serialOrder(after, observed.toSpliced(at, 1), isEnd)
    if (rest) return [next, ...rest]
  }
  return undefined
}
