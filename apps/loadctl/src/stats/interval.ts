import type { Latency } from "@saleproof/sla/schema.ts"
import type { Sorted } from "@saleproof/sla/quantile.ts"

/** Where a percentile may lie, with 95 % confidence; null is an end that so few samples cannot show. In ms. */
export type Interval = readonly [low: number | null, high: number | null]

export type Intervals = Record<"p50" | "p95" | "p99", Interval> &
  /** Absent in runs that an earlier version saved. */
  Partial<Record<"p90" | "p99.9", Interval>>

/** Of each percentile, the share of samples below it. */
export const QUANTILES = { p50: 0.5, p90: 0.9, p95: 0.95, p99: 0.99, "p99.9": 0.999 } as const

/** Whether a figure is a percentile; a mean or a maximum has no interval by order statistics. */
export function hasInterval(metric: string): metric is keyof typeof QUANTILES {
  return Object.hasOwn(QUANTILES, metric)
}

const TAIL = 0.025

/** The 95 % intervals of the percentiles, by order statistics: no shape of the distribution is assumed. */
export function intervalsOf(sorted: Sorted): Intervals {
  return {
    p50: intervalOf(sorted, QUANTILES.p50),
    p90: intervalOf(sorted, QUANTILES.p90),
    p95: intervalOf(sorted, QUANTILES.p95),
    p99: intervalOf(sorted, QUANTILES.p99),
    "p99.9": intervalOf(sorted, QUANTILES["p99.9"]),
  }
}

/**
 * How many of n samples lie below the q-quantile is binomial, whatever the distribution: its 2.5 % and 97.5 % points
 * are the ranks of the samples between which the quantile lies. The upper end needs log(0.025)/log(q) samples: 72 for
 * p95, 368 for p99.
 */
function intervalOf(sorted: Sorted, q: number): Interval {
  const n = sorted.length
  const below = binomialQuantile(n, q, TAIL)
  const above = binomialQuantile(n, q, 1 - TAIL) + 1
  return [below < 1 ? null : sorted[below - 1]!, above > n ? null : sorted[above - 1]!]
}

// Beyond so many standard deviations below the mean there is nothing worth adding up.
const FAR = 10

/** The smallest k with P(X <= k) >= probability, X binomial of n and q. */
function binomialQuantile(n: number, q: number, probability: number): number {
  const odds = Math.log(q / (1 - q))
  let k = Math.max(0, Math.floor(n * q - FAR * Math.sqrt(n * q * (1 - q))))
  let logTerm = logChoose(n, k) + k * Math.log(q) + (n - k) * Math.log1p(-q)
  let sum = Math.exp(logTerm)
  while (sum < probability && k < n) {
    logTerm += Math.log((n - k) / (k + 1)) + odds
    k += 1
    sum += Math.exp(logTerm)
  }
  return k
}

function logChoose(n: number, k: number): number {
  return k === 0 ? 0 : logFactorial(n) - logFactorial(k) - logFactorial(n - k)
}

/** Stirling's series: from 16 on, its next term is below 1e-9. */
function logFactorial(n: number): number {
  if (n < 16) return Array.from({ length: n }, (_, index) => Math.log(index + 1)).reduce((a, b) => a + b, 0)
  return n * Math.log(n) - n + Math.log(2 * Math.PI * n) / 2 + 1 / (12 * n) - 1 / (360 * n ** 3)
}

/** How many samples took longer than each of these limits. */
export function countsOver(
  sorted: Sorted,
  limits: Partial<Record<Latency, { limit: number }>>,
): Partial<Record<Latency, number>> {
  return Object.fromEntries(
    Object.entries(limits).map(([metric, { limit }]) => [metric, sorted.length - rankOf(sorted, limit)]),
  )
}

/** How many of them are at most the limit. */
function rankOf(sorted: Sorted, limit: number): number {
  let [low, high] = [0, sorted.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (sorted[middle]! <= limit) low = middle + 1
    else high = middle
  }
  return low
}

// Two-sided 95 %, as the intervals are.
const Z = 1.96

/**
 * About how many samples would put the interval of the q-quantile on one side of a limit that `over` of `n` samples
 * exceed, should that share stay. Null when no number would: the share is just the one that the quantile allows.
 */
export function samplesToDecide({ n, over, q }: { n: number; over: number; q: number }): number | null {
  const allowed = 1 - q
  const distance = Math.abs(over / n - allowed)
  const least = Math.ceil(Math.log(TAIL) / Math.log(q))
  if (distance < 1 / n / 1_000) return null
  return Math.max(least, Math.ceil((Z ** 2 * q * allowed) / distance ** 2))
}
