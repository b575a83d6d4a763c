import type { Difference, Limits, Metric, Verdict } from "./model.ts"

// The test of failures takes requests for independent, so it has to be far surer of itself.
const FAILURE_ALPHA = 0.001
// With fewer requests beyond a percentile it is the mood of single requests.
const MIN_BEYOND = 5
const BEYOND = { p50: 0.5, p95: 0.05, p99: 0.01, rate: 1, failed: 1 } as const satisfies Record<
  Metric,
  number
>

export type Measured = Omit<Difference, "verdict" | "reason"> & {
  n: { base: number; candidate: number }
  /** The smallest p that as many units could give. */
  smallestP: number
  /** The largest p that is taken for more than chance. */
  alpha: number
}

/**
 * Judges one difference. It counts only when it is larger than the limits, the interval excludes no change, the
 * ranks say the same, and it is more than the base differs by from itself. Failures go by counts alone: one burst
 * of them is no trend, but nobody wants it called nothing.
 */
export function judgeDifference(measured: Measured, limits: Limits): Difference {
  const { n: _, smallestP: __, alpha: ___, ...difference } = measured
  const lack = lackOf(measured)
  if (lack !== null) return { ...difference, verdict: "not comparable", reason: lack }
  const doubt = measured.metric === "failed" ? failureDoubt(measured, limits) : doubtOf(measured, limits)
  if (doubt !== null) return { ...difference, verdict: "no difference shown", reason: doubt }
  return { ...difference, ...directionOf(measured) }
}

function lackOf({ metric, base, candidate, n }: Measured): string | null {
  const needed = Math.ceil(MIN_BEYOND / BEYOND[metric])
  if (n.base === 0 && n.candidate === 0) return "no requests"
  if (n.base === 0 || n.candidate === 0) return `no requests in the ${n.base === 0 ? "base" : "candidate"}`
  if (base === null || candidate === null || Math.min(n.base, n.candidate) < needed) {
    return `needs ${needed} requests a side`
  }
  return null
}

function doubtOf(measured: Measured, limits: Limits): string | null {
  const { metric, base, interval, p, noise, smallestP, alpha } = measured
  const size = Math.abs(measured.change ?? 0)
  const least = Math.max(limits.share * (base ?? 0), metric === "rate" ? 0 : limits.ms)
  const small = size < least || size === 0
  const doubts: [boolean, string][] = [
    [small && isWithin(interval, least), "surely below the limits"],
    [small, "below the limits"],
    [includesZero(interval), "the interval includes no change"],
    [smallestP > alpha, "too few units for the rank test"],
    [p === null || p > alpha, "the ranks are too even"],
    [noise !== null && size <= noise, "the base differs as much from itself"],
  ]
  return doubts.find(([holds]) => holds)?.[1] ?? null
}

function includesZero(interval: Measured["interval"]): boolean {
  return interval === null || (interval.low <= 0 && interval.high >= 0)
}

/** Whether even the ends of the interval are smaller than what would count. */
function isWithin(interval: Measured["interval"], least: number): boolean {
  return interval !== null && Math.max(Math.abs(interval.low), Math.abs(interval.high)) < least
}

function failureDoubt({ change, p }: Measured, { failedShare }: Limits): string | null {
  if (Math.abs(change ?? 0) < failedShare || change === 0) return "below the limits"
  return p === null || p > FAILURE_ALPHA ? "too few failures to tell" : null
}

function directionOf({ metric, change }: Measured): { verdict: Verdict; reason: string } {
  const up = (change ?? 0) > 0
  const worse = metric === "rate" ? !up : up
  return { verdict: worse ? "worse" : "better", reason: "beyond the limits and the noise" }
}
