import assert from "node:assert/strict"

import type { SampleSeries } from "../recorder/recording.ts"
import { judgedBy, judgedMs, latencies, timedMs } from "./measure.ts"
import type { MeasurePlan } from "./measure.ts"
import type { CorrectedRow, K6Facts, Omission, Window } from "./model.ts"
import { correctOmission, expectedInterval } from "./omission.ts"
import { sortNumbers } from "@saleproof/sla/quantile.ts"
import { concatColumns } from "./values.ts"

export type OmissionInput = {
  samples: readonly SampleSeries[]
  plan: MeasurePlan
  hold: Window | null
  k6: Pick<K6Facts, "iterations" | "metrics">
}

/**
 * The judged requests of a closed-model run with those added that its users did not send while they waited: see
 * correctOmission. Null where k6 says nothing of its iterations, or nothing was measured.
 */
export function correctRun({ samples, plan, hold, k6 }: OmissionInput): Omission | null {
  const series = samples.filter(({ scenario }) => plan.k6Scenarios.includes(scenario))
  const judged = judgedBy(series, plan, hold)
  const iterationMedianMs = k6.metrics["iteration_duration"]?.["med"] ?? null
  const found = [...Map.groupBy(series, ({ name }) => name)].flatMap(([name, own]) => {
    const requests = own.reduce((sum, { ms }) => sum + ms.length, 0)
    const intervalMs = expectedInterval({ iterationMedianMs, iterations: k6.iterations, requests })
    const values = concatColumns(own.map((one) => timedMs(one, judgedMs(one, judged))))
    const measured = sortNumbers(values)
    if (intervalMs === null || !measured) return []
    return [{ name, intervalMs, values, corrected: correctOmission(measured, intervalMs) }]
  })
  if (found.length === 0) return null
  assert(iterationMedianMs !== null, "an interval between requests follows from how long iterations took")
  const overall = rowOf({
    name: "overall",
    intervalMs: iterationMedianMs,
    values: concatColumns(found.map(({ values }) => values)),
    corrected: concatColumns(found.map(({ corrected }) => corrected)),
  })
  return { model: "closed", overall, endpoints: found.map(rowOf) }
}

type Found = { name: string; intervalMs: number; values: Float64Array; corrected: Float64Array }

function rowOf({ name, intervalMs, values, corrected }: Found): CorrectedRow {
  const [raw, fixed] = [latencies(values), latencies(corrected)]
  return {
    name,
    intervalMs,
    p95: raw.p95!,
    p99: raw.p99!,
    // What is added may be quicker than what was measured, and nobody would have waited less.
    correctedP95: Math.max(raw.p95!, fixed.p95!),
    correctedP99: Math.max(raw.p99!, fixed.p99!),
    added: corrected.length - values.length,
  }
}
