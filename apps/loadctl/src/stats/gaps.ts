import type { SampleSeries } from "../influx/samples.ts"
import type { Gap, Window } from "./model.ts"
import { within } from "./window.ts"

// k6 writes every second, so two seconds without a point are no accident of the writing.
const LEAST_MS = 2_000
// A load that is thin by design leaves pauses; one in which this many requests are missing does not.
const LEAST_MISSING = 10

/** Stretches of the window in which no request ended although the load's average would have had several there. */
export function findGaps(series: readonly SampleSeries[], window: Window | null): Gap[] {
  if (!window) return []
  const ends = series.flatMap(({ at }) => at.filter((end) => within(end, window)))
  const perMs = ends.length / (window.to - window.from)
  const marks = [window.from, ...ends.toSorted((a, b) => a - b), window.to]
  return marks.flatMap((from, index) => {
    const ms = (marks[index + 1] ?? from) - from
    return ms > LEAST_MS && ms * perMs >= LEAST_MISSING ? [{ from, ms }] : []
  })
}
