import type { SampleSeries } from "../../recorder/recording.ts"
import type { MeasurePlan } from "../../stats/measure.ts"
import { latencies } from "../../stats/measure.ts"
import type { Window } from "../../stats/model.ts"
import { sliceSamples } from "../../stats/slices.ts"

/** What ended within one stretch; `at` is its middle in seconds since the first request. Latencies in ms. */
export type Point = {
  at: number
  n: number
  failed: number
  seconds: number
  p50: number | null
  p95: number | null
  p99: number | null
}

/** Each endpoint of a run over time, all together last. */
export type Timeline = { seconds: number; stepS: number; rows: { name: string; points: Point[] }[] }

const STEPS_S = [0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600, 1_800, 3_600]
const NORMAL_STEP_S = 1
// Fewer say nothing of how it went; more are closer than a small chart has pixels.
const LEAST_POINTS = 15
const MOST_POINTS = 180

/** Seconds of a stretch: one, finer for a run of a few seconds, coarser for one of several minutes. */
export function stepOf(seconds: number): number {
  if (seconds / NORMAL_STEP_S > MOST_POINTS) {
    return STEPS_S.find((step) => seconds / step <= MOST_POINTS) ?? seconds / MOST_POINTS
  }
  return STEPS_S.findLast((step) => step <= NORMAL_STEP_S && seconds / step >= LEAST_POINTS) ?? 0.1
}

/** Cuts a run into stretches of about a step each, all of the same length, so that the last one is no stump. */
export function timelineOf(samples: readonly SampleSeries[], plan: MeasurePlan, window: Window): Timeline {
  const seconds = (window.to - window.from) / 1_000
  const stepS = stepOf(seconds)
  const count = Math.max(1, Math.round(seconds / stepS))
  const rows = sliceSamples(samples, plan, { window, count }).map(({ name, slices }) => ({
    name,
    points: slices.map(({ ms, failed, seconds: length }, index) => {
      const { p50, p95, p99 } = latencies([...(ms ?? [])].filter((value) => value > 0))
      return { at: (index + 0.5) * length, n: ms?.length ?? 0, failed, seconds: length, p50, p95, p99 }
    }),
  }))
  return { seconds, stepS, rows }
}
