import type { SampleSeries } from "../recorder/recording.ts"
import type { Gap, Window } from "./model.ts"
import { within } from "./window.ts"

// k6 writes every second, so two seconds without a point are no accident of the writing.
const LEAST_MS = 2_000
// A load that is thin by design leaves pauses; one in which this many requests are missing does not.
const LEAST_MISSING = 10

// Where a whole step is empty, something may be missing; sorting millions of ends to find out would take their memory.
const STEP_MS = LEAST_MS / 4

/** Stretches of the window in which no request ended although the load's average would have had several there. */
export function findGaps(series: readonly SampleSeries[], window: Window | null): Gap[] {
  if (!window) return []
  const { first, last, ends } = stepsOf(series, window)
  const perMs = ends / (window.to - window.from)
  const gaps: Gap[] = []
  let from = window.from
  for (let step = 0; step <= first.length; step += 1) {
    const next = first[step] ?? window.to
    if (next === Infinity) continue
    const ms = next - from
    if (ms > LEAST_MS && ms * perMs >= LEAST_MISSING) gaps.push({ from, ms })
    from = last[step] ?? next
  }
  return gaps
}

/** The first and the last end in each step of the window; infinite where there is none. */
function stepsOf(series: readonly SampleSeries[], window: Window) {
  const steps = Math.max(1, Math.ceil((window.to - window.from) / STEP_MS))
  const first = new Float64Array(steps).fill(Infinity)
  const last = new Float64Array(steps).fill(-Infinity)
  let ends = 0
  for (const { at } of series) {
    for (let index = 0; index < at.length; index += 1) {
      const end = at[index]!
      if (!within(end, window)) continue
      const step = Math.min(steps - 1, Math.floor((end - window.from) / STEP_MS))
      first[step] = Math.min(first[step]!, end)
      last[step] = Math.max(last[step]!, end)
      ends += 1
    }
  }
  return { first, last, ends }
}
