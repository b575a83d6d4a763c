import { readFile } from "node:fs/promises"

import { readSamples } from "../influx/samples.ts"
import type { SampleSeries } from "../recorder/recording.ts"
import { readLoadModel } from "../k6/executor.ts"
import { ownThresholds } from "../k6/own-thresholds.ts"
import { k6Thresholds } from "../k6/thresholds.ts"
import type { RunPlan } from "../plan/plan.ts"
import { saveSamples } from "../report/samples.ts"
import { correctRun } from "../stats/corrected.ts"
import { findGaps } from "../stats/gaps.ts"
import { measure } from "../stats/measure.ts"
import type { Gap, InfluxState, K6Facts, Measurement } from "../stats/model.ts"
import { measureSummary, reconcile } from "../stats/reconcile.ts"
import { seenIn } from "../stats/seen.ts"
import type { K6Summary } from "../k6/summary.ts"
import type { RunFolder } from "../store.ts"
import type { Load } from "./load.ts"
import type { TestTarget } from "./target.ts"

// Points carry k6's clock, which is ours; a request's point is stamped when it ends.
const MARGIN_MS = 1_000

export type QueryOptions = {
  plan: RunPlan
  folder: RunFolder
  load: Load
  testTarget: Pick<TestTarget, "influx" | "influxState">
  /** Gives up reading, and judges by k6's summary. */
  signal: AbortSignal
}

/** Reads the run's requests out of InfluxDB, keeps them, and makes the table; without InfluxDB, from k6's summary. */
export async function queryRun({ folder, ...options }: QueryOptions): Promise<Measurement> {
  const { samples, influx } = await fetchSamples(options)
  if (samples) await saveSamples(folder, samples)
  const output = await readFile(folder.file("k6-output.txt"), "utf8").catch(() => "")
  const model = readLoadModel(output, options.plan.k6Scenarios)
  return measurementOf({ plan: options.plan, load: options.load, samples, influx, model })
}

/** The measurement from what is at hand. */
function measurementOf({
  plan,
  load,
  samples,
  influx,
  model,
}: {
  plan: RunPlan
  load: Load
  samples: SampleSeries[] | null
  influx: InfluxState
  model: "open" | "closed" | null
}): Measurement {
  const { run, summary, machine, clocks } = load
  const table = tableOf(samples, summary, plan)
  const k6 = { ...k6Facts(run, summary), ...scriptFacts(plan, load) }
  const closed = model === "closed" && samples ? { samples, plan, hold: table.hold, k6 } : null
  return {
    source: samples ? "influxdb" : "k6",
    influx,
    ...table,
    reconciliation: samples && summary ? reconcile(samples, summary, plan) : [],
    omission: closed ? correctRun(closed) : model === "open" ? { model } : null,
    k6,
    machine,
    gaps: gapsIn(samples, plan, table),
    clocks,
  }
}

function tableOf(samples: SampleSeries[] | null, summary: K6Summary | null, plan: RunPlan) {
  if (samples) return { ...measure(samples, plan), seen: seenIn(samples) }
  return { window: null, hold: null, ...measureSummary(summary ?? emptySummary(), plan) }
}

function gapsIn(
  samples: readonly SampleSeries[] | null,
  { k6Scenarios }: RunPlan,
  { hold, window }: Pick<Measurement, "hold" | "window">,
): Gap[] {
  const judged = (samples ?? []).filter(({ scenario }) => k6Scenarios.includes(scenario))
  return findGaps(judged, hold ?? window)
}

async function fetchSamples({ plan, load, testTarget, signal }: Omit<QueryOptions, "folder">) {
  const { influx, influxState } = testTarget
  if (!influx) return { samples: null, influx: influxState }
  try {
    const from = load.run.startedAt - MARGIN_MS
    const to = load.run.endedAt + MARGIN_MS
    return {
      samples: await readSamples(influx.client, plan.runId, { from, to, signal }),
      influx: influxState,
    }
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error)
    return { samples: null, influx: { state: "away" as const, text } }
  }
}

function k6Facts({ exitCode, last, log }: Load["run"], summary: K6Summary | null): K6Facts {
  const metrics = summary?.metrics ?? {}
  const count = (metric: string): number | undefined => metrics[metric]?.values["count"]
  const { iterations = 0, interrupted = 0 } = last ?? {}
  return {
    exitCode,
    summary: summary !== null,
    iterations: count("iterations") ?? iterations,
    interruptedIterations: interrupted,
    droppedIterations: count("dropped_iterations") ?? 0,
    checks: summary?.checks ?? [],
    failedThresholds: failedThresholds(metrics),
    metrics: Object.fromEntries(Object.entries(metrics).map(([name, { values }]) => [name, values])),
    lostWrites: log.lostWrites,
    slowFlushes: log.slowFlushes,
    errors: log.errors,
    messages: log.messages,
  }
}

/** What the summary and the sources say of the script's own thresholds and metrics. */
function scriptFacts(plan: RunPlan, { summary, declaredMetrics }: Load): Partial<K6Facts> {
  const thresholds = summary ? ownThresholds(summary, k6Thresholds(plan)) : []
  return { thresholds, declaredMetrics }
}

function failedThresholds(metrics: K6Summary["metrics"]): K6Facts["failedThresholds"] {
  return Object.entries(metrics).flatMap(([metric, { thresholds }]) =>
    Object.entries(thresholds).flatMap(([threshold, { ok }]) => (ok ? [] : [{ metric, threshold }])),
  )
}

function emptySummary(): K6Summary {
  return { shape: "handleSummary", metrics: {}, checks: [], durationMs: null }
}
