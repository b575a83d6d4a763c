import type { SampleSeries } from "../recorder/recording.ts"
import type { Phases } from "../plan/plan.ts"
import type { Window } from "./model.ts"

/** From the start of the first request to the end of the last, or of what was planned; null when there was none. */
export function windowOf(series: readonly SampleSeries[], plannedEnd: number | null = null): Window | null {
  let from = Infinity
  let to = plannedEnd ?? -Infinity
  for (const { at, ms } of series) {
    for (let index = 0; index < at.length; index += 1) {
      from = Math.min(from, at[index]! - ms[index]!)
      to = Math.max(to, at[index]!)
    }
  }
  return from < Infinity && to > from ? { from, to } : null
}

/**
 * The hold: from its first request where the script tags its phases, otherwise by the plan's clock from the first
 * request of all; cut where an interrupted run ended. Null when there is none, or the run never came to it.
 */
export function holdOf(
  series: readonly SampleSeries[],
  phases: Phases | null,
  plannedEnd: number | null = null,
): Window | null {
  const all = phases && windowOf(series, plannedEnd)
  if (!all || !phases) return null
  const tagged = series.some(({ phase }) => phase !== "")
  const start = tagged
    ? windowOf(series.filter(({ phase }) => phase === "hold"))?.from
    : all.from + phases.warmupMs
  if (start === undefined) return null
  const to = Math.min(start + phases.holdMs, all.to)
  return to > start ? { from: start, to } : null
}

export function within(at: number, { from, to }: Window): boolean {
  return at >= from && at <= to
}
