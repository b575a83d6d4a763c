import { formatDuration } from "../plan/duration.ts"
import { originFacts } from "../machine/text.ts"
import type { Row, Section } from "../report/sheet/model.ts"
import { decimalText, msText } from "../sla/text.ts"
import type { AbReport, AbRun, AbSide, SideSummary } from "./model.ts"
import { worst } from "./verdict.ts"
import type { SideName } from "./order.ts"

/** Every run, in the order in which they were made. */
export const runsTable = ({ runs }: AbReport): Section => ({
  kind: "table",
  columns: ["round", "side", "verdict", "requests/s", "p50", "p95", "p99", "failed", "run", ""],
  alignment: "RLLRRRRRLL",
  rows: runs.map((run) => plain(runCells(run))),
  fold: "Every run",
})

function plain(cells: string[]): Row {
  return { tone: "calm", mark: "", cells }
}

function runCells(run: AbRun): string[] {
  const { round, side, verdict, rate, p50, p95, p99, failed, runId, reasons } = run
  return [
    String(round),
    side.toUpperCase(),
    verdict,
    rateText(rate),
    ...[p50, p95, p99].map(msText),
    String(failed),
    runId,
    verdict === "INVALID" ? (reasons[0] ?? "") : "",
  ]
}

/** What each side came to, a row a side. */
export const sidesTable = (report: AbReport): Section => ({
  kind: "table",
  columns: [
    "side",
    "",
    "SLA",
    "requests/s",
    "p50",
    "p95",
    "p99",
    "failed",
    "audit",
    "rate to A",
    "p95 to A",
    "overall against A",
  ],
  alignment: "LLLRRRRRLRRL",
  rows: report.summaries.map((summary) => plain(sideCells(report, summary))),
})

function sideCells(report: AbReport, summary: SideSummary): string[] {
  const { side, verdict, rate, p50, p95, p99, requests, failed, audit, ratio } = summary
  return [
    side.toUpperCase(),
    sideText(report.sides[side]),
    slaText(summary, verdict),
    rateText(rate),
    ...[p50, p95, p99].map(msText),
    `${failed.toLocaleString("en-US")} of ${requests.toLocaleString("en-US")}`,
    audit === null ? "not known" : audit ? "clean" : "BROKEN",
    ...[ratio.rate, ratio.p95].map((times) => (times === null ? "–" : `× ${times.toPrecision(3)}`)),
    side === "a" ? "–" : againstFirst(report, side),
  ]
}

/** "FAIL", or "PASS (1 of 2 runs)" where others are invalid. */
function slaText({ trusted, runs }: SideSummary, verdict: string): string {
  return trusted === runs || trusted === 0 ? verdict : `${verdict} (${trusted} of ${runs} runs)`
}

/** "p95, rate better; p50 worse", of all requests together; the comparison's verdict also counts each endpoint. */
function againstFirst({ comparisons }: AbReport, name: SideName): string {
  const comparison = comparisons.find(({ side }) => side === name)?.comparison
  const overall = comparison?.endpoints.find((endpoint) => endpoint.name === "overall")
  if (!overall) return "not-comparable"
  const called = (["better", "worse"] as const).flatMap((verdict) => {
    const metrics = overall.differences.filter((difference) => difference.verdict === verdict)
    return metrics.length > 0 ? [`${metrics.map(({ metric }) => metric).join(", ")} ${verdict}`] : []
  })
  return called.length > 0 ? called.join("; ") : overall.verdict
}

/** The p95 of every endpoint, a column a side; what breaks its limit is marked. */
export function endpointsTable({ summaries }: AbReport): Section {
  const limits = new Map(
    summaries.flatMap(({ endpoints }) => endpoints.map(({ name, limit }) => [name, limit])),
  )
  const columns = ["p95", "limit", ...summaries.map(({ side }) => side.toUpperCase())]
  const rows = [...limits].map(([name, limit]) => [
    name,
    msText(limit),
    ...summaries.map(({ endpoints }) => {
      const p95 = endpoints.find((endpoint) => endpoint.name === name)?.p95 ?? null
      return `${p95 !== null && limit !== null && p95 > limit ? "✗ " : ""}${msText(p95)}`
    }),
  ])
  return { kind: "table", columns, alignment: `LR${"R".repeat(summaries.length)}`, rows: rows.map(plain) }
}

/** "ORDER_STRATEGY=batched", the target's URL, or "defaults". */
export function sideText(side: AbSide | undefined): string {
  if (side?.target) return side.target
  const pairs = Object.entries(side?.env ?? {}).map(([name, value]) => `${name}=${value}`)
  return pairs.join(" ") || "defaults"
}

/**
 * "B (ORDER_STRATEGY=batched) against A (ORDER_STRATEGY=multilock_wide): better"; of more than two, which of them held
 * the SLA.
 */
export function answerText(report: AbReport): string {
  const { summaries, sides, ended, runs, rounds } = report
  const planned = rounds * Object.keys(sides).length
  const cut = ended === "interrupted" ? `; interrupted after ${runs.length} of ${planned} runs` : ""
  if (Object.keys(sides).length > 2) {
    const each = summaries.map(
      ({ side, verdict }) => `${side.toUpperCase()} (${sideText(sides[side])}) ${verdict}`,
    )
    return `${each.join(", ") || "nothing was measured"}${cut}`
  }
  const who = `B (${sideText(sides["b"])}) against A (${sideText(sides["a"])})`
  return `${who}: ${worst(report)}${cut}`
}

/** What a reader needs to know of how it was made, as pairs of name and text. */
export function facts(report: AbReport): string[][] {
  const { rounds, looks, scale, startedAt, finishedAt, runs } = report
  const took = formatDuration(Date.parse(finishedAt) - Date.parse(startedAt))
  const scaled = scale === 1 ? "" : `, every duration scaled by ${scale}`
  return [
    ["units", "latencies in ms; medians of the runs that can be trusted; requests/s over the hold"],
    ["rounds", `${roundsText(rounds, runs)}, the sides in turns${scaled}; ${took} in all`],
    ["looks", looks.map(({ round, alpha }) => `round ${round} at p ${alpha.toPrecision(2)}`).join(", ")],
    ...originFacts(report, runs),
  ]
}

function roundsText(rounds: number, runs: readonly AbRun[]): string {
  const last = runs.at(-1)
  return last === undefined || last.round === rounds ? String(rounds) : `${last.round} of at most ${rounds}`
}

function rateText(rate: number | null): string {
  return rate === null ? "–" : decimalText(rate, 1)
}
