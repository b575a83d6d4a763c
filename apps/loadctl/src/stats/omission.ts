import { sortNumbers } from "@saleproof/sla/quantile.ts"
import type { Sorted } from "@saleproof/sla/quantile.ts"

// A stall of a minute at an interval of a few ms would add thousands of values for each that was measured.
const MAX_ADDED = 250_000

/**
 * Adds the requests that a closed-model user did not send while it waited: a response that took longer than the
 * interval in which the user would have sent the next one also delayed that one by the rest, and so on. This is
 * HdrHistogram's recordValueWithExpectedInterval, as in wrk2 (Gil Tene, "How NOT to Measure Latency", 2013).
 * Durations and interval in ms; with an interval that is not above 0 nothing is added.
 */
export function correctOmission(measured: Sorted, intervalMs: number): Sorted {
  if (!(intervalMs > 0)) return measured
  const added: number[] = []
  // The slowest first: should there be too many, those that matter most are in.
  for (let index = measured.length - 1; index >= 0 && added.length < MAX_ADDED; index -= 1) {
    const missed = measured[index]! - intervalMs
    if (missed < intervalMs) break
    for (let value = missed; value >= intervalMs; value -= intervalMs) added.push(value)
  }
  if (added.length === 0) return measured
  return sortNumbers([...measured, ...added]) ?? measured
}

/**
 * How often one user would have called an endpoint had nothing stalled: its median iteration, over the calls in one.
 * Null when nothing was called or no iteration finished.
 */
export function expectedInterval(run: {
  iterationMedianMs: number | null
  iterations: number
  requests: number
}): number | null {
  const { iterationMedianMs, iterations, requests } = run
  if (iterationMedianMs === null || iterations === 0 || requests === 0) return null
  return (iterationMedianMs * iterations) / requests
}
