import { quantile, sortNumbers } from "@saleproof/sla/quantile.ts"

export function sum(values: ArrayLike<number>): number {
  let total = 0
  for (let index = 0; index < values.length; index += 1) total += values[index]!
  return total
}

/** The arithmetic mean. Throws a RangeError for no values. */
export function mean(values: ArrayLike<number>): number {
  if (values.length === 0) throw new RangeError("nothing has no mean")
  return sum(values) / values.length
}

/** The unbiased variance (divided by n − 1). Throws a RangeError for fewer than two values. */
export function variance(values: ArrayLike<number>): number {
  if (values.length < 2) throw new RangeError("a variance needs two values")
  const center = mean(values)
  let squares = 0
  for (let index = 0; index < values.length; index += 1) squares += (values[index]! - center) ** 2
  return squares / (values.length - 1)
}

/** The middle value. Throws a RangeError for no values. */
export function median(values: readonly number[]): number {
  const sorted = sortNumbers(values)
  if (!sorted) throw new RangeError("nothing has no median")
  return quantile(sorted, 0.5)
}
