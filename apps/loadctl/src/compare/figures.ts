import type { SampleSeries } from "../recorder/recording.ts"
import { measure } from "../stats/measure.ts"
import type { MeasurePlan } from "../stats/measure.ts"
import type { Figures, Measurement } from "../stats/model.ts"

/** What one run measured of one endpoint: latencies in ms, null where nothing was; rate per second. */
export type RunFigure = Pick<Figures, "n" | "failed" | "rate" | "p50" | "p95" | "p99">

/** The endpoints of one run in the order of its SLA, "overall" last. */
export type RunFigures = ReadonlyMap<string, RunFigure>

/**
 * The figures of a run over its hold, or over all of it when it has none, whatever its SLA is judged by; `plan` says what
 * counts as a failure. Without samples they are those that were judged.
 */
export function runFigures(
  samples: readonly SampleSeries[] | null,
  measured: Pick<Measurement, "hold" | "endpoints" | "overall">,
  plan: MeasurePlan,
): RunFigures {
  const judge = measured.hold === null ? "all" : "hold"
  const { endpoints, overall } = samples ? measure(samples, { ...plan, judge }) : measured
  return new Map([...endpoints, overall].map((figures) => [figures.name, figures]))
}
