import { formatDuration } from "../plan/duration.ts"
import { decimalText, msText, shareText } from "../sla/text.ts"
import { originFacts } from "../machine/text.ts"
import type { Section, Tone } from "../report/sheet/model.ts"
import type { Broken, CapacityReport, CapacityStep } from "./model.ts"

const MARK = { pass: "✓", fail: "✗", untrusted: "?" } as const satisfies Record<
  CapacityStep["outcome"],
  string
>

const TONE = { pass: "good", fail: "bad", untrusted: "warning" } as const satisfies Record<
  CapacityStep["outcome"],
  Tone
>

/** Every step, in the order in which they were taken. */
export const stepsTable = ({ steps }: CapacityReport): Section => ({
  kind: "table",
  columns: ["load", "why", "iterations/s", "requests/s", "p50", "p95", "p99", "failed", "dropped", ""],
  alignment: "RLRRRRRRRL",
  rows: steps.map((step) => ({
    tone: TONE[step.outcome],
    mark: MARK[step.outcome],
    cells: stepCells(step),
  })),
})

function stepCells(step: CapacityStep): string[] {
  const { load, why, iterationRate, requestRate, p50, p95, p99, failed, dropped, reasons } = step
  return [
    String(load),
    why,
    ...[iterationRate, requestRate].map((rate) => (rate === null ? "–" : decimalText(rate, 1))),
    ...[p50, p95, p99].map(msText),
    String(failed),
    String(dropped),
    reasons[0] ?? "",
  ]
}

/** "412 iterations/s completed within the SLA; the edge is between 405 and 420", or "at least 2,000 ..." */
export function answerText({ capacity, atLeast, found, unit, ended }: CapacityReport): string {
  const cut =
    ended === "out of time" || ended === "interrupted" ? `; ${ended} before the search was over` : ""
  if (capacity === null) return `no load was found that meets the SLA${cut}`
  const much = `${atLeast ? "at least " : ""}${capacity} ${unit} completed within the SLA`
  return `${much}${edgeText(found)}${cut}`
}

function edgeText({ edge }: CapacityReport["found"]): string {
  return edge === null
    ? ""
    : `; the edge lies between ${loadText(edge.low)} and ${loadText(edge.high)} (90 % interval)`
}

/** A load that need not be whole, with as many digits as matter. */
function loadText(load: number): string {
  return String(Number(load.toPrecision(3)))
}

/** Why it goes no higher, as a sentence. */
export function limitText({ found, firstBroken, unit, options, steps }: CapacityReport): string {
  const { broken, limitedBy } = found
  if (limitedBy === "max") return `nothing broke up to ${options.max} ${unit}, the highest load to be tried`
  if (broken === null) return "nothing broke in the time there was"
  const where = `at ${broken} ${unit}`
  if (limitedBy === "generator") return `${where} the measurement itself could not be trusted`
  if (firstBroken) return `${where} ${firstBroken.endpoint} breaks first: ${brokenText(firstBroken)}`
  const reason = steps.findLast(({ load, outcome }) => load === broken && outcome === "fail")?.reasons[0]
  return reason === undefined ? `it breaks ${where}` : `it breaks ${where}: ${reason}`
}

function brokenText({ metric, actual, limit }: Broken): string {
  if (metric === "errorRate") return `${shareText(actual)} failed, ${shareText(limit)} may`
  return `${metric} ${msText(actual)} ms, the limit is ${msText(limit)} ms`
}

/** What else a reader wants to know, as pairs of name and text. */
export function facts(report: CapacityReport): string[][] {
  const { knee, unit, holdSeconds, steps, startedAt, finishedAt } = report
  const took = formatDuration(Date.parse(finishedAt) - Date.parse(startedAt))
  const held = holdSeconds === null ? "" : `, each held for ${holdSeconds} s`
  return [
    ["limit", limitText(report)],
    ...(knee === null ? [] : [["knee", `p95 starts to climb at ${knee} ${unit}`]]),
    ...scalabilityFacts(report),
    ["runs", `${steps.length}${held}; ${took} in all`],
    ...nextStepFacts(report),
    ["units", `latencies in ms; rates ${holdSeconds === null ? "over all of a run" : "over the hold"}`],
    ...originFacts(report, steps),
  ]
}

// A queue that grows slowly looks like a steady one in less time.
const LEAST_HOLD_SECONDS = 30

/** What would make the answer surer. */
function nextStepFacts({ holdSeconds, found: { edge }, options, steps }: CapacityReport): string[][] {
  const wide = edge !== null && Math.log(edge.high / edge.low) > options.precision
  const next = [
    ...(holdSeconds !== null && holdSeconds < LEAST_HOLD_SECONDS
      ? [
          `hold for ${LEAST_HOLD_SECONDS}s or more (--duration): in ${holdSeconds} s a queue that grows slowly looks steady`,
        ]
      : []),
    ...(wide && steps.length >= options.maxRuns ? ["more runs (--max-runs) narrow the edge"] : []),
  ]
  return next.length === 0 ? [] : [["next", next.join("; ")]]
}

/** What the universal scalability law says of the target, with the 90 % intervals. */
function scalabilityFacts({ scalability }: CapacityReport): string[][] {
  if (scalability === null) return []
  const { contention, coherence, peak, intervals } = scalability
  const at = peak?.concurrency ?? null
  const where = at === null ? "towards ever more in flight" : `with ${loadText(at)} in flight`
  return [
    [
      "contention",
      `${shareOf(contention)} (${shareOf(intervals.contention.low)} to ${shareOf(intervals.contention.high)}) of the work waits its turn`,
    ],
    [
      "coherence",
      `${shareOf(coherence)} (${shareOf(intervals.coherence.low)} to ${shareOf(intervals.coherence.high)}) for every pair in flight`,
    ],
    [
      "peak",
      peak === null
        ? "none within the range of the law"
        : `${loadText(peak.throughput)} iterations/s predicted ${where}${rangeText(intervals.peak)}`,
    ],
  ]
}

function rangeText(range: { low: number; high: number } | null): string {
  return range === null ? "" : ` (${loadText(range.low)} to ${loadText(range.high)})`
}

function shareOf(share: number): string {
  return `${Number((share * 100).toPrecision(2))} %`
}
