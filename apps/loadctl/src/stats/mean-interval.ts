import { mean, variance } from "./spread.ts"
import { studentQuantile } from "./student.ts"

/** Where a value lies with the confidence asked for, in the unit of the value. */
export type Interval = { low: number; high: number }

/**
 * The interval of mean(candidate) − mean(base) when both spread differently: Welch (1947) with the degrees of freedom of
 * Satterthwaite (1946). Null with fewer than two values on a side.
 */
export function welchInterval(
  base: ArrayLike<number>,
  candidate: ArrayLike<number>,
  confidence: number,
): Interval | null {
  if (base.length < 2 || candidate.length < 2) return null
  const [first, second] = [variance(base) / base.length, variance(candidate) / candidate.length]
  const change = mean(candidate) - mean(base)
  const both = first + second
  if (both === 0) return { low: change, high: change }
  const degrees = both ** 2 / (first ** 2 / (base.length - 1) + second ** 2 / (candidate.length - 1))
  return around(change, Math.sqrt(both) * studentQuantile((1 + confidence) / 2, degrees))
}

/** The interval of a mean (Student 1908). Null with fewer than two values. */
export function meanInterval(values: ArrayLike<number>, confidence: number): Interval | null {
  if (values.length < 2) return null
  const error = Math.sqrt(variance(values) / values.length)
  return around(mean(values), error * studentQuantile((1 + confidence) / 2, values.length - 1))
}

function around(center: number, reach: number): Interval {
  return { low: center - reach, high: center + reach }
}
