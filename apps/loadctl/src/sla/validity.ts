import assert from "node:assert/strict"

import type { Measurement, Reconciled, RecorderFacts } from "../stats/model.ts"
import { owedBy } from "@saleproof/sla/resolve.ts"
import { connectionWarnings } from "./connections.ts"
import type { Evidence } from "./evidence.ts"
import { readK6Exit } from "../k6/exits.ts"
import { mergeFindings, noFindings } from "./findings.ts"
import type { Findings } from "./findings.ts"
import { isWithoutHttp } from "./rows.ts"
import { nothingJudged, otherScenarios } from "./seen.ts"
import { countText, shareText } from "./text.ts"

// Beyond this, points were lost or counted twice, and percentiles of what is left mean nothing.
const COUNT_TOLERANCE = 0.005
// A generator that has no CPU left measures its own queue, not the server's.
const STARVED_SHARE = 0.8
// On a machine without CPU left, the process that uses the most of it is short of it.
const FULL_SHARE = 0.95
const HOG_SHARE = 0.5
// InfluxDB's and the target's dates are whole seconds; less than this may be rounding.
const CLOCK_TOLERANCE_MS = 2_000
const BUDGET_WORTH_A_WORD = 0.8
const STEAL_WORTH_A_WORD = 0.05

/** Why the measurement itself cannot be trusted, what is unknown of it, and what else is worth knowing about it. */
export function validityChecks({ plan, measurement, audit, stopped }: Evidence): Findings {
  const findings = noFindings()
  const { untrusted, unknown, warnings } = findings
  if (stopped !== null) untrusted.push(stopped)
  else if (!measurement) unknown.push("Nothing was measured.")
  if (measurement) {
    untrusted.push(...generatorProblems(measurement), ...clockProblems(measurement))
    unknown.push(
      ...(measurement.overall.n === 0 && !isWithoutHttp(measurement)
        ? [nothingJudged(plan, measurement.seen)]
        : []),
      ...instanceProblems(measurement, plan.instances),
      ...droppedProblems(measurement, plan.sla),
    )
    warnings.push(
      ...sourceWarnings(measurement),
      ...otherScenarios(plan, measurement.seen),
      ...connectionWarnings(measurement, plan.sla),
      ...machineWarnings(measurement),
      ...gapWarnings(measurement),
      ...clockWarnings(measurement),
      ...budgetWarnings(measurement, plan.sla),
    )
  }
  if (!audit && !stopped) unknown.push("There was no audit.")
  if (plan.scale !== 1)
    warnings.push(`Every duration was scaled by ${plan.scale}: not comparable with a full run.`)
  if (!measurement) return findings
  const recording = { ...noFindings(), untrusted: sourceProblems(measurement) }
  return mergeFindings([recording, exitFindings(measurement), findings])
}

/** Of an instance that never wrote a point, the load is missing too. */
function instanceProblems({ instances }: Measurement, planned: number | undefined): string[] {
  if (!instances || planned === undefined || instances.length === planned) return []
  return [`InfluxDB has points of ${instances.length} of ${planned} instances of k6.`]
}

/** How k6 ended. Elsewhere it ended as it ended; only its points are here. */
function exitFindings({ k6, instances }: Measurement): Findings {
  const findings = noFindings()
  if (instances) return findings
  const exit = readK6Exit(k6.exitCode)
  const outside = k6.thrownOutside ?? []
  // Another exit says so itself.
  if (exit.kind === "finished" && outside.length > 0)
    findings.unknown.push(`The script threw outside of its iterations: ${outside.join("; ")}.`)
  if (exit.kind === "interrupted") findings.untrusted.push("k6 was interrupted before its time.")
  if (exit.kind !== "finished" && exit.kind !== "interrupted") {
    const said = lastError(k6)
    const place = {
      crashed: findings.untrusted,
      broken: findings.unknown,
      refused: findings.unknown,
      failed: findings.broken,
    }
    place[exit.kind].push(`${exit.text}${said ? `: ${said}` : ""}.`)
  }
  if (!k6.summary) findings.untrusted.push("k6 left no summary.")
  return findings
}

/** The last thing that k6 said, as a part of a sentence. */
function lastError({ errors }: Measurement["k6"]): string | undefined {
  return errors.at(-1)?.replace(/\.+$/, "")
}

function droppedProblems({ k6 }: Measurement, sla: Evidence["plan"]["sla"]): string[] {
  if (k6.droppedIterations <= sla.droppedIterations) return []
  return [`k6 dropped ${countText(k6.droppedIterations, "iteration")}: the planned load was not offered.`]
}

/** While InfluxDB is down, its lost writes are the lesser news: k6's own summary has every request. */
function sourceProblems({ influx, k6, reconciliation, recorder }: Measurement): string[] {
  if (recorder) return recorder.problems
  if (influx.state !== "ok") return []
  const lost =
    k6.lostWrites > 0 ? [`InfluxDB refused ${countText(k6.lostWrites, "write")} of k6's points.`] : []
  return [...lost, ...reconciliation.filter(differs).map(differenceText)]
}

/** Whether two counts of the same requests are too far apart to be the same requests. */
function differs({ influxN, k6N }: Pick<Reconciled, "influxN" | "k6N">): boolean {
  if (influxN === null || k6N === null) return false
  return Math.abs(influxN - k6N) > COUNT_TOLERANCE * Math.max(influxN, k6N)
}

function differenceText({ name, influxN, k6N }: Reconciled): string {
  return `${name}: InfluxDB has ${influxN?.toLocaleString("en-US")} requests, k6 counted ${k6N?.toLocaleString("en-US")}.`
}

function generatorProblems({ machine }: Measurement): string[] {
  if (!isStarved(machine)) return []
  const { generator } = machine
  if (generator && (isShort(generator) || isQueued(generator))) {
    const { processors, k6 } = generator
    assert(k6 !== null, "a k6 whose CPU is unknown is not called starved")
    const allowed = `${countText(Number(processors.toFixed(2)), "processor")} that it may use`
    return [`k6 used ${shareText(k6)} of the ${allowed}: it was short of CPU, and latencies are its own too.`]
  }
  assert(machine.k6 !== null, "a k6 whose CPU is unknown is not called starved")
  return [
    `k6 alone used ${shareText(machine.k6)} of the CPU: it was short of it, and latencies are its own too.`,
  ]
}

function isStarved(machine: Measurement["machine"]): boolean {
  const { generator } = machine
  return isShort(machine) || (generator !== undefined && (isShort(generator) || isQueued(generator)))
}

/** It would use nearly all of what it may use if it had not to wait for others; or a part of it, and waits for most. */
function isQueued({ k6, busy, waited = null }: NonNullable<Measurement["machine"]["generator"]>): boolean {
  if (k6 === null || waited === null || busy === null || busy <= FULL_SHARE) return false
  const wanted = k6 * (1 + waited)
  return wanted > STARVED_SHARE || (wanted > HOG_SHARE && waited > 1)
}

/** By what it may use, or by all there is: it takes nearly all of it, or most of what is used up. */
function isShort({ k6, busy }: { k6: number | null; busy: number | null }): boolean {
  if (k6 === null) return false
  return k6 > STARVED_SHARE || (busy !== null && busy > FULL_SHARE && k6 > HOG_SHARE)
}

/** Points and phases go by this clock; set in the middle of a run, it puts them where they were not. */
function clockProblems({ clocks }: Measurement): string[] {
  if (Math.abs(clocks.set) <= CLOCK_TOLERANCE_MS) return []
  return [
    `This machine's clock was set ${secondsText(clocks.set)} ${clocks.set > 0 ? "forward" : "back"} during the run.`,
  ]
}

function clockWarnings({ clocks }: Measurement): string[] {
  const others = [
    ["target", clocks.target],
    ["InfluxDB", clocks.influx],
  ] as const
  return others.flatMap(([who, offset]) =>
    offset === null || Math.abs(offset) <= CLOCK_TOLERANCE_MS
      ? []
      : [
          `${who === "target" ? "The target" : who}'s clock is ${secondsText(offset)} ${offset > 0 ? "ahead of" : "behind"} this machine's.`,
        ],
  )
}

function secondsText(ms: number): string {
  return `${(Math.abs(ms) / 1_000).toFixed(1)} s`
}

/** No request was answered for a while; where points were lost instead, the counts differ too. */
function gapWarnings({ gaps, window }: Measurement): string[] {
  const [longest] = gaps.toSorted((a, b) => b.ms - a.ms)
  if (!longest || !window) return []
  const others = gaps.length > 1 ? `, the longest of ${gaps.length} such gaps` : ""
  const after = ((longest.from - window.from) / 1_000).toFixed(1)
  return [`No request was answered for ${secondsText(longest.ms)}, ${after} s into the run${others}.`]
}

function machineWarnings({ machine }: Measurement): string[] {
  const { busy, k6, steal } = machine
  const warnings: string[] = []
  if (busy !== null && busy > FULL_SHARE && !isStarved(machine)) {
    const share = k6 === null ? "" : `, k6 with ${shareText(k6)} of it`
    warnings.push(`The CPU was ${shareText(busy)} busy${share}: latencies include waiting for it.`)
  }
  if (steal !== null && steal > STEAL_WORTH_A_WORD) {
    warnings.push(`${shareText(steal)} of the CPU was stolen by other guests of this machine.`)
  }
  return warnings
}

/** Who has used up most of what may fail is about to break its limit. */
function budgetWarnings({ endpoints, overall }: Measurement, sla: Evidence["plan"]["sla"]): string[] {
  const rows = [
    ...endpoints.map((row) => ({ row, owed: owedBy(sla, row.name) })),
    { row: overall, owed: sla.overall },
  ]
  return rows.flatMap(({ row: { name, n, failed }, owed: { errorRate } }) => {
    const used = n > 0 && errorRate.limit > 0 ? failed / n / errorRate.limit : 0
    if (used < BUDGET_WORTH_A_WORD || used > 1) return []
    return [
      `${name}: ${failed.toLocaleString("en-US")} of ${countText(n, "request")} failed, ${shareText(used)} of its error budget.`,
    ]
  })
}

function sourceWarnings({ influx, k6, instances, recorder }: Measurement): string[] {
  if (recorder) return recorderWarnings(influx, recorder)
  const warnings: string[] = []
  if (instances)
    warnings.push("Judged from InfluxDB alone: points that k6 could not write are missing unnoticed.")
  if (influx.state === "away")
    warnings.push(`InfluxDB did not answer (${influx.text}): the verdict is from k6's summary alone.`)
  if (influx.state === "off")
    warnings.push("No InfluxDB is configured: the verdict is from k6's summary alone.")
  if (influx.state === "ok" && k6.slowFlushes > 0) {
    warnings.push(`k6 was late writing to InfluxDB ${countText(k6.slowFlushes, "time")}.`)
  }
  return warnings
}

function recorderWarnings(influx: Measurement["influx"], { notes, folded }: RecorderFacts): string[] {
  const away =
    influx.state === "away"
      ? [`InfluxDB did not answer (${influx.text}): the verdict is from the recording and k6's summary.`]
      : []
  const many =
    folded > 0
      ? [
          `The script made too many series: ${countText(folded, "sample")} lost tags. Name requests by a tag "name".`,
        ]
      : []
  return [...away, ...notes, ...many]
}
