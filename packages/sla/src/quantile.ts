import assert from "node:assert/strict"

/** Numbers in ascending order, at least one of them. */
export type Sorted = Float64Array & { readonly sorted: true }

/** A sorted copy, or null when there is nothing to sort. */
export function sortNumbers(values: ArrayLike<number>): Sorted | null {
  if (values.length === 0) return null
  return sortInPlace(new Float64Array(values))
}

/** The same without a copy, for values whose order no other code needs; at least one of them. */
export function sortInPlace(values: Float64Array): Sorted {
  assert(values.length > 0, "there is nothing to sort")
  // oxlint-disable-next-line unicorn/no-array-sort -- a copy of millions of values is what this is to avoid
  return Object.assign(values.sort(), { sorted: true as const })
}

/**
 * The q-quantile (0 to 1) as k6 defines it: linear interpolation between the neighbors of position q·(n−1).
 * See TrendSink.P in k6's metrics/sink.go. InfluxDB's percentile() takes the nearest rank instead.
 */
export function quantile(sorted: Sorted, q: number): number {
  const position = q * (sorted.length - 1)
  const below = Math.floor(position)
  const low = sorted[below]
  const high = sorted[Math.ceil(position)]
  assert(low !== undefined && high !== undefined, `a quantile lies between 0 and 1, not at ${q}`)
  return low + (high - low) * (position - below)
}
