import assert from "node:assert/strict"

import { quantile, sortNumbers } from "@saleproof/sla/quantile.ts"

/** The middle value; the mean of the two in the middle when there is an even number of them. */
export function median(values: readonly number[]): number {
  const sorted = sortNumbers(values)
  assert(sorted, "there is no median of nothing")
  return quantile(sorted, 0.5)
}

/** How far apart the values are, as a share of their median. */
export function spread(values: readonly number[]): number {
  const middle = median(values)
  return middle === 0 ? 0 : (Math.max(...values) - Math.min(...values)) / Math.abs(middle)
}
