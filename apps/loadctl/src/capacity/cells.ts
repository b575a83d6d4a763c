import { formatDuration } from "../plan/duration.ts"
import { msText, shareText } from "../sla/text.ts"
import { machineText, versionsText } from "../machine/text.ts"
import type { Broken, CapacityReport, CapacityStep } from "./model.ts"

export const MARK = { pass: "✓", fail: "✗", untrusted: "?" } as const satisfies Record<
  CapacityStep["outcome"],
  string
>

/** The table of steps that text and markdown show, in the order in which they were taken. */
export const STEP_COLUMNS = [
  "load",
  "why",
  "iterations/s",
  "requests/s",
  "p50",
  "p95",
  "p99",
  "failed",
  "dropped",
  "",
]
export const STEP_ALIGNMENT = "RLRRRRRRRL"

export function stepCells(step: CapacityStep): string[] {
  const { load, why, iterationRate, requestRate, p50, p95, p99, failed, dropped, reasons } = step
  return [
    String(load),
    why,
    ...[iterationRate, requestRate].map((rate) => (rate === null ? "–" : rate.toFixed(1))),
    ...[p50, p95, p99].map(msText),
    String(failed),
    String(dropped),
    reasons[0] ?? "",
  ]
}

/** "412 iterations/s meet the SLA, confirmed twice" */
export function answerText({ found, unit, options, ended }: CapacityReport): string {
  const { load, confirmations } = found
  const cut =
    ended === "out of time" || ended === "interrupted" ? `; ${ended} before the search was over` : ""
  if (load === null) return `no load was found that meets the SLA${cut}`
  const doubt = confirmations < options.confirmations ? " only" : ""
  return `${load} ${unit} meet the SLA, confirmed ${timesText(confirmations)}${doubt}${cut}`
}

function timesText(count: number): string {
  return ["never", "once", "twice"][count] ?? `${count} times`
}

/** Why it goes no higher, as a sentence. */
export function limitText({ found, firstBroken, unit, options }: CapacityReport): string {
  const { broken, limitedBy } = found
  if (limitedBy === "max") return `nothing broke up to ${options.max} ${unit}, the highest load to be tried`
  if (broken === null) return "nothing broke in the time there was"
  const where = `at ${broken} ${unit}`
  if (limitedBy === "generator") return `${where} the measurement itself could not be trusted`
  return firstBroken
    ? `${where} ${firstBroken.endpoint} breaks first: ${brokenText(firstBroken)}`
    : `it breaks ${where}`
}

function brokenText({ metric, actual, limit }: Broken): string {
  if (metric === "errorRate") return `${shareText(actual)} failed, ${shareText(limit)} may`
  return `${metric} ${msText(actual)} ms, the limit is ${msText(limit)} ms`
}

/** What else a reader wants to know, as pairs of name and text. */
export function facts(report: CapacityReport): string[][] {
  const { knee, unit, holdSeconds, steps, startedAt, finishedAt, manifest } = report
  const took = formatDuration(Date.parse(finishedAt) - Date.parse(startedAt))
  const held = holdSeconds === null ? "" : `, each held for ${holdSeconds} s`
  return [
    ["limit", limitText(report)],
    ["knee", knee === null ? "none seen between the loads tried" : `p95 starts to climb at ${knee} ${unit}`],
    ["runs", `${steps.length}${held}; ${took} in all`],
    ["units", `latencies in ms; rates ${holdSeconds === null ? "over all of a run" : "over the hold"}`],
    ...(manifest
      ? [
          [
            "machine",
            machineText(
              manifest.machine,
              steps.map(({ machine }) => machine),
            ),
          ],
          ["versions", versionsText(manifest)],
        ]
      : []),
  ]
}
