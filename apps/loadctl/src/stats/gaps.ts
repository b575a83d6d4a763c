import type { SampleSeries } from "../recorder/recording.ts"
import type { Gap, Window } from "./model.ts"
import { concatColumns } from "./values.ts"
import { within } from "./window.ts"

// k6 writes every second, so two seconds without a point are no accident of the writing.
const LEAST_MS = 2_000
// A load that is thin by design leaves pauses; one in which this many requests are missing does not.
const LEAST_MISSING = 10

/** Stretches of the window in which no request ended although the load's average would have had several there. */
export function findGaps(series: readonly SampleSeries[], window: Window | null): Gap[] {
  if (!window) return []
  const ends = concatColumns(series.map(({ at }) => at.filter((end) => within(end, window)))).toSorted()
  const perMs = ends.length / (window.to - window.from)
  const gaps: Gap[] = []
  let from = window.from
  for (let index = 0; index <= ends.length; index += 1) {
    const next = ends[index] ?? window.to
    const ms = next - from
    if (ms > LEAST_MS && ms * perMs >= LEAST_MISSING) gaps.push({ from, ms })
    from = next
  }
  return gaps
}
