import { isWithoutHttp } from "../sla/rows.ts"
import { countText, decimalText, limitMsText, msText } from "../sla/text.ts"
import type { CorrectedRow } from "../stats/model.ts"
import type { EndpointReport, RunReport } from "./model.ts"

/** Each column of the table that every format shows, with the rule that it is about. */
const COLUMN_METRICS = {
  endpoint: null,
  n: "minSamples",
  "rate/s": "rate",
  avg: "avg",
  p50: "p50",
  p90: "p90",
  p95: "p95",
  p99: "p99",
  "p99.9": "p99.9",
  max: "max",
  failed: "errorRate",
  limit: null,
  margin: null,
} as const

export type Column = keyof typeof COLUMN_METRICS

// Shown only where they have a limit.
const ON_REQUEST: readonly string[] = ["avg", "p90", "p99.9"]

/** The columns of a run's table, in their order. */
export function endpointColumns({ endpoints, overall }: Pick<RunReport, "endpoints" | "overall">): Column[] {
  const limited = new Set([...endpoints, overall].flatMap(({ rules }) => rules.map(({ metric }) => metric)))
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the keys of a literal
  const all = Object.keys(COLUMN_METRICS) as Column[]
  return all.filter((column) => {
    const metric = COLUMN_METRICS[column]
    return metric === null || !ON_REQUEST.includes(metric) || limited.has(metric)
  })
}

/** Whether what a column shows breaks a rule. */
export function isBroken({ rules }: EndpointReport, column: Column): boolean {
  return rules.some(({ metric, outcome }) => metric === COLUMN_METRICS[column] && outcome === "fail")
}

export function endpointCells(row: EndpointReport): Record<Column, string> {
  const { name, n, rate, failed, limit } = row
  const latency = (figure: "avg" | "p50" | "p90" | "p95" | "p99" | "p99.9" | "max") =>
    msText(row[figure] ?? null)
  return {
    endpoint: oneLine(name),
    n: n.toLocaleString("en-US"),
    "rate/s": rate === null ? "–" : decimalText(rate, 1),
    avg: latency("avg"),
    p50: latency("p50"),
    p90: latency("p90"),
    p95: latency("p95"),
    p99: latency("p99"),
    "p99.9": latency("p99.9"),
    max: latency("max"),
    failed: failed.toLocaleString("en-US"),
    limit: limit === null ? "–" : limitMsText(limit),
    margin: marginText(row),
  }
}

/**
 * A text of the script's, such as a name, as one line of characters that show: a line break could start a heading of
 * Markdown, and an escape sequence could clear a terminal.
 */
export function oneLine(text: string): string {
  return text
    .replaceAll(/\s*[\n\r]+\s*/g, " ↵ ")
    .replaceAll(/\p{Cc}/gu, (control) =>
      control < " " ? String.fromCodePoint(0x24_00 + control.codePointAt(0)!) : "\u{FFFD}",
    )
}

/** The p95 that is compared with the limit: with `latency: corrected` another one than was measured. */
export function judgedP95({ p95, rules }: Pick<EndpointReport, "p95" | "rules">): number | null {
  const rule = rules.find(({ metric }) => metric === "p95")
  return rule ? rule.actual : p95
}

/** How much of the p95 limit is left: 61 %, or −16 % when it is broken; "close" where another run could differ. */
function marginText(row: EndpointReport): string {
  const { limit, n, close } = row
  if (n === 0) return "no data"
  const p95 = judgedP95(row)
  const left = p95 === null || limit === null ? null : Math.floor(((limit - p95) / limit) * 100)
  const margin = left === null ? "–" : `${decimalText(left, 0)} %`
  return close ? `${margin}, close` : margin
}

/** All together is a row where there was an HTTP request, or should have been one: of another protocol it says nothing. */
export function overallRows(report: Pick<RunReport, "endpoints" | "overall">): EndpointReport[] {
  return isWithoutHttp(report) ? [] : [report.overall]
}

/** What was judged, and how much of it failed, of requests or of what was done in their place. */
export function judgedCounts(report: Pick<RunReport, "endpoints" | "overall">): {
  n: number
  failed: number
} {
  const rows = isWithoutHttp(report) ? report.endpoints : [report.overall]
  const sum = (key: "n" | "failed"): number => rows.reduce((total, row) => total + row[key], 0)
  return { n: sum("n"), failed: sum("failed") }
}

/** ✓ kept, ✗ broken, ? unknown. */
export function mark({ ok, rules, n }: EndpointReport): "✓" | "✗" | "?" {
  if (n === 0) return "?"
  if (ok) return "✓"
  const broken = rules.some(
    ({ metric, outcome, level }) => metric !== "minSamples" && outcome === "fail" && level === "fail",
  )
  return broken ? "✗" : "?"
}

/** "FAIL flow_300vus, persona A, limited, scale 0.1: 12,034 requests, 3 failed" */
export function headline(report: RunReport): string {
  const { scenario, persona, variants, scale, iterations } = report
  const how = [
    scenario,
    ...(persona === null ? [] : [`persona ${persona}`]),
    ...variants,
    ...(scale === 1 ? [] : [`scale ${scale}`]),
  ]
  const counts = [countText(iterations, "iteration"), requestsText(report), ...failedTexts(report)]
  return `${how.join(", ")}: ${counts.join(", ")}`
}

/** "45 requests", or "no HTTP request, 45 calls or connections" of another protocol. */
function requestsText(report: RunReport): string {
  const { n } = judgedCounts(report)
  if (!isWithoutHttp(report)) return countText(n, "request")
  return `no HTTP request, ${n.toLocaleString("en-US")} calls or connections`
}

/** "none failed" only where there were requests and k6 itself counted no failure either. */
function failedTexts(report: RunReport): string[] {
  const { k6Failed } = report
  const { n, failed } = judgedCounts(report)
  if (n === 0) return []
  if (failed > 0) return [`${failed.toLocaleString("en-US")} failed`]
  // Of what is no HTTP request k6 keeps no such count.
  if (k6Failed === 0 || isWithoutHttp(report)) return ["none failed"]
  return ["0 failed", ...(k6Failed === null ? [] : [`though k6 counted ${k6Failed.toLocaleString("en-US")}`])]
}

/** One sentence for the audit, as the last thing before the conclusion. */
export function auditText({ audit }: RunReport): string {
  if (audit.ok === null) return `not done: ${audit.note ?? "unknown"}`
  const broken = audit.checks.filter(({ violations }) => violationCount(violations) > 0)
  if (audit.ok)
    return `clean, ${countText(audit.checks.length, "invariant")} ${audit.checks.length === 1 ? "holds" : "hold"}`
  return broken
    .map(({ id, title, violations }) => `${id}: ${violationCount(violations)} (${title})`)
    .join("; ")
}

// More names than this say less than one word for all of them.
const MANY_RULES = 3

/** Why it was slow: each reason once, with the rules that it is the reason of. */
export function causeTexts({ causes }: RunReport): string[] {
  const grouped = Map.groupBy(causes, ({ text }) => text)
  return [...grouped].map(([text, rules]) => {
    const all = rules.length === causes.length && rules.length > MANY_RULES
    return `${all ? "every broken limit" : rules.map(({ rule }) => rule).join(", ")}: ${text}`
  })
}

/** What went before the seeding; null for a run that began on the target as it was. */
export function warmUpText({ manifest }: RunReport): string | null {
  const warmUp = manifest?.warmUp ?? null
  if (warmUp === null) return null
  const { scenario, iterations, seconds } = warmUp
  return `warmed by ${scenario} (${countText(iterations, "iteration")} in ${seconds.toFixed(1)} s) before seeding, not judged`
}

/** What waiting users may hide, in one sentence; null where that is not known. */
export function omissionText({ omission }: RunReport): string | null {
  if (!omission) return null
  if (omission.model === "open") return "none: arrivals do not wait for answers"
  const { overall, endpoints } = omission
  if (overall.added === 0) return "none: no answer was so slow that its user skipped a turn"
  const both = ({ name, p95, correctedP95 }: CorrectedRow) =>
    `${name === "overall" ? "all" : name} ${msText(correctedP95)} ms (measured ${msText(p95)})`
  const hidden = endpoints.toSorted((a, b) => b.correctedP95 - b.p95 - (a.correctedP95 - a.p95))
  return `had users not waited for slow answers, p95 of ${[overall, ...hidden.slice(0, 1)].map(both).join(", ")}`
}

export function violationCount(violations: number | unknown[]): number {
  return Array.isArray(violations) ? violations.length : violations
}
