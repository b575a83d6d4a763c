import { readFile } from "node:fs/promises"

import type { Recorded } from "../recorder/messages.ts"
import { readRecording } from "../recorder/read.ts"
import { RECORDING } from "../recorder/recording.ts"
import type { RecordedTotals, SampleSeries } from "../recorder/recording.ts"
import { readLoadModel } from "../k6/executor.ts"
import { ownThresholds } from "../k6/own-thresholds.ts"
import { k6Thresholds } from "../k6/thresholds.ts"
import type { RunPlan } from "../plan/plan.ts"
import { countText } from "../sla/text.ts"
import { correctRun } from "../stats/corrected.ts"
import { findGaps } from "../stats/gaps.ts"
import { measure } from "../stats/measure.ts"
import { secondsOf } from "../stats/seconds.ts"
import type { Gap, K6Facts, Measurement, Seen } from "../stats/model.ts"
import { seenIn } from "../stats/seen.ts"
import type { K6Summary } from "../k6/summary.ts"
import type { RunFolder } from "../store.ts"
import type { Load } from "./load.ts"
import { readIterations } from "./iterations.ts"
import type { Iterations } from "./iterations.ts"
import type { TestTarget } from "./target.ts"
import { compareWitnesses } from "./witnesses.ts"

export type QueryOptions = {
  plan: RunPlan
  folder: RunFolder
  load: Load
  recorded: Recorded
  testTarget: Pick<TestTarget, "influx" | "influxState">
  /** Gives up asking InfluxDB. */
  signal: AbortSignal
}

/** Makes the table of what was recorded, and compares it with the other witnesses. */
export async function queryRun(options: QueryOptions): Promise<Measurement> {
  const { plan, folder, load, recorded, testTarget, signal } = options
  const file = folder.file(RECORDING)
  const { samples, others, folded } = await readRecording(file, Object.keys(plan.sla.endpoints))
  const { run, summary, machine, clocks } = load
  const histograms = load.histograms
  const output = await readFile(folder.file("k6-output.txt"), "utf8").catch(() => "")
  const { totals } = recorded
  const iterations = await readIterations({ plan, file, samples, totals, load, output })
  const all = [...samples, ...others, ...iterations.unanswered]
  const table = {
    ...measure(all, plan, iterations.plannedEnd),
    seen: seenBy([...samples, ...others], totals),
  }
  const { cutOff } = iterations.account
  const k6 = { ...k6Facts(run, { summary, cutOff }), ...scriptFacts(plan, load) }
  const model = readLoadModel(output, plan.k6Scenarios)
  const compared = { plan, file, samples, recorded, summary, testTarget, histograms, signal }
  const witnesses = await compareWitnesses(compared)
  witnesses.recorder.notes.push(...folded.map(foldedText))
  witnesses.recorder.problems.unshift(...loadProblems(load, iterations))
  return {
    source: "recorder",
    ...witnesses,
    ...table,
    iterations: iterations.account,
    omission: model === "closed" ? correctRun({ samples, plan, hold: table.hold, k6 }) : model && { model },
    k6,
    machine,
    gaps: gapsIn(samples, plan, table),
    clocks,
    seconds: secondsOf([...samples, ...others], plan),
  }
}

/** An iteration has no scenario only where the script's system tags leave it out. */
function seenBy(samples: readonly SampleSeries[], { iterationDurations }: RecordedTotals): Seen {
  const isUntagged =
    iterationDurations.length > 0 && iterationDurations.every(({ scenario }) => scenario === "")
  return { ...seenIn(samples), ...(isUntagged ? { untagged: true } : {}) }
}

/** What of the load itself makes its figures uncertain. */
function loadProblems({ run, summary }: Load, { strayed }: Iterations): string[] {
  const problems: string[] = []
  if (run.unsaved !== null) problems.push(run.unsaved)
  if (run.overdue) problems.push("k6 had not ended long after its planned time, and was ended.")
  if (run.log.lostFlushes > 0) problems.push(lostFlushText(run.log.lostFlushes, summary))
  if (strayed > 0)
    problems.push(
      `Users that k6 cut off were never answered, ${strayed.toLocaleString("en-US")} of them; of which scenario is not known.`,
    )
  return problems
}

/** One value that is no number costs k6's output everything that it would have written with it. */
function lostFlushText(flushes: number, summary: K6Summary | null): string {
  const culprits = Object.entries(summary?.metrics ?? {}).flatMap(([name, { notFinite }]) =>
    notFinite ? [name] : [],
  )
  const who = culprits.length > 0 ? culprits.join(", ") : "a metric"
  return `k6 threw away ${countText(flushes, "write")} of its samples: ${who} got a value that is no number (Infinity or NaN).`
}

function foldedText({ name, urls }: { name: string; urls: number }): string {
  return `${name} stands for ${urls.toLocaleString("en-US")} URLs: give these requests a tag "name".`
}

function gapsIn(
  samples: readonly SampleSeries[],
  { k6Scenarios }: RunPlan,
  { hold, window }: Pick<Measurement, "hold" | "window">,
): Gap[] {
  const judged = samples.filter(({ scenario }) => k6Scenarios.includes(scenario))
  return findGaps(judged, hold ?? window)
}

function k6Facts(
  { exitCode, last, log }: Load["run"],
  { summary, cutOff }: { summary: K6Summary | null; cutOff: number },
): K6Facts {
  const metrics = summary?.metrics ?? {}
  const count = (metric: string): number | undefined => metrics[metric]?.values["count"]
  const { iterations = 0 } = last ?? {}
  return {
    exitCode,
    summary: summary !== null,
    iterations: count("iterations") ?? iterations,
    interruptedIterations: cutOff,
    droppedIterations: count("dropped_iterations") ?? 0,
    checks: summary?.checks ?? [],
    failedThresholds: failedThresholds(metrics),
    metrics: Object.fromEntries(Object.entries(metrics).map(([name, { values }]) => [name, values])),
    lostWrites: log.lostWrites,
    slowFlushes: log.slowFlushes,
    errors: log.errors,
    thrown: log.thrown,
    thrownOutside: log.thrownOutside,
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
