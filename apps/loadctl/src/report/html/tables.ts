import { isWithoutHttp } from "../../sla/rows.ts"
import { countText, decimalText, msText, shareText } from "../../sla/text.ts"
import { OVERALL } from "../../stats/slices.ts"
import { endpointCells, endpointColumns, isBroken, mark, overallRows, violationCount } from "../cells.ts"
import type { Column } from "../cells.ts"
import { countOf, sourcesText } from "../sources.ts"
import type { RunReport } from "../model.ts"
import { worstFirst } from "../order.ts"
import type { RunDetails } from "./details.ts"
import { failureKinds } from "./failures.ts"
import type { Section, Table } from "./model.ts"
import type { Timeline } from "./timeline.ts"

const cells = (...texts: string[]) => texts.map((text) => ({ text }))

// What a phone shows without scrolling: how it stands with the limit.
const FIRST_COLUMNS: Column[] = ["endpoint", "p95", "limit", "margin"]

/** Broken rows first, then by what is left of the limit; everything together last. */
export function endpointTable(report: RunReport): Table {
  const others = endpointColumns(report).filter((name) => !FIRST_COLUMNS.includes(name))
  const head = [...FIRST_COLUMNS, ...others]
  const rows = [...worstFirst(report.endpoints), ...overallRows(report)].map((row) => {
    const texts = endpointCells(row)
    const cells = head.map((column) => ({ text: texts[column], bad: isBroken(row, column) }))
    return { mark: mark(row), cells }
  })
  return { caption: "Latencies in ms", head, rows, texts: [] }
}

/** Everything together, stretch by stretch: what the charts show, for reading; null without HTTP requests. */
export function secondsTable({ rows, stepS }: Timeline): Table | null {
  const points = rows.find(({ name }) => name === OVERALL)?.points ?? []
  if (!points.some(({ n }) => n > 0)) return null
  return {
    caption: "All requests over time, latencies in ms",
    head: ["from", "requests/s", "failed", "p50", "p95", "p99"],
    rows: points.map(({ at, n, failed, seconds, p50, p95, p99 }) => ({
      mark: null,
      cells: cells(
        `${(at - seconds / 2).toFixed(stepS < 1 ? 1 : 0)} s`,
        decimalText(n / seconds, 1),
        failed.toLocaleString("en-US"),
        ...[p50, p95, p99].map(msText),
      ),
    })),
    texts: [],
  }
}

export function failuresSection(report: RunReport, { samples, parts }: RunDetails): Section {
  if (!samples || !parts.measurement?.window) return countedFailures(report)
  const kinds = failureKinds(samples, parts.plan, parts.measurement.window.from)
  if (kinds.length === 0) return { note: noneFailedText(report), table: null }
  const total = kinds.reduce((sum, { count }) => sum + count, 0)
  const rows = kinds.map(({ endpoint, kind, count, firstAt, lastAt }) => ({
    mark: null,
    cells: cells(
      endpoint,
      kind,
      count.toLocaleString("en-US"),
      shareText(count / total),
      `${firstAt.toFixed(1)} s`,
      `${lastAt.toFixed(1)} s`,
    ),
  }))
  const head = ["endpoint", "what happened", "count", "share", "first at", "last at"]
  const note = `${countText(total, "request")} failed, judged or not.`
  return { note, table: { caption: "Failed requests by kind", head, rows, texts: [1] } }
}

/** As in the headline: that none failed is said only where k6 counted none either. */
function noneFailedText(report: RunReport): string {
  const { k6Failed } = report
  if (k6Failed === 0 || isWithoutHttp(report)) return "No request failed."
  return k6Failed === null
    ? "No tag of a request says that it failed, and k6 judged none of them."
    : `No request failed by what the SLA counts as one, though k6 counted ${k6Failed.toLocaleString("en-US")}.`
}

/** Without the requests themselves, only how many is known. */
function countedFailures({ endpoints, sources }: RunReport): Section {
  const failed = endpoints.filter((endpoint) => endpoint.failed > 0)
  if (!sources) return { note: "Nothing was measured.", table: null }
  if (failed.length === 0) return { note: "No request failed, says k6's summary.", table: null }
  const rows = failed.map((row) => ({
    mark: null,
    cells: cells(row.name, row.failed.toLocaleString("en-US")),
  }))
  const note = "The requests were not saved, so nothing says how they failed."
  return { note, table: { caption: "Failed requests", head: ["endpoint", "failed"], rows, texts: [] } }
}

export function checksSection({ parts }: RunDetails): Section {
  const { checks = [], errors = [] } = parts.measurement?.k6 ?? {}
  const said = errors.length === 0 ? "" : ` k6 logged: ${errors.join(" · ")}`
  if (checks.length === 0) return { note: `The script checked nothing.${said}`, table: null }
  const rows = checks.map(({ name, passes, fails }) => ({
    mark: fails === 0 ? ("✓" as const) : ("✗" as const),
    cells: [
      { text: name },
      { text: passes.toLocaleString("en-US") },
      { text: fails.toLocaleString("en-US"), bad: fails > 0 },
    ],
  }))
  const sorted = rows.toSorted((a, b) => Number(a.mark === "✓") - Number(b.mark === "✓"))
  const table = {
    caption: "Checks of the script",
    head: ["check", "held", "failed"],
    rows: sorted,
    texts: [],
  }
  return { note: `What the script checked of the answers.${said}`, table }
}

export function auditSection({ audit }: RunReport): Section {
  if (audit.ok === null) return { note: `Not done: ${audit.note ?? "unknown"}.`, table: null }
  const rows = audit.checks.map(({ id, title, violations }) => {
    const count = violationCount(violations)
    return {
      mark: count === 0 ? ("✓" as const) : ("✗" as const),
      cells: [{ text: id }, { text: title }, { text: count.toLocaleString("en-US"), bad: count > 0 }],
    }
  })
  const note = audit.ok ? "All invariants hold." : "Invariants are violated."
  const table = { caption: "Invariants", head: ["invariant", "what holds", "violations"], rows, texts: [1] }
  return { note, table: rows.length > 0 ? table : null }
}

/** The same requests by each witness. */
export function sourcesSection(report: RunReport): Section {
  const { sources } = report
  if (!sources) return { note: "Nothing was measured.", table: null }
  if (sources.reconciliation.length === 0)
    return { note: `The figures are from ${sourcesText(report)}.`, table: null }
  const rows = sources.reconciliation.map((row) => ({
    mark: null,
    cells: cells(
      row.name,
      ...(sources.recorder ? [countOf(row.recordedN)] : []),
      countOf(row.influxN),
      countOf(row.k6N),
      ...(sources.recorder ? [msText(row.recordedP95 ?? null)] : []),
      msText(row.influxP95),
      msText(row.k6P95),
    ),
  }))
  const who = [...(sources.recorder ? ["recorded"] : []), "InfluxDB", "k6"]
  const head = ["requests of", ...who.map((name) => `n, ${name}`), ...who.map((name) => `p95, ${name}`)]
  const note = `The figures are from ${judgedSource(sources.source)}; each counted by itself.`
  return { note, table: { caption: "The witnesses", head, rows, texts: [] } }
}

function judgedSource(source: NonNullable<RunReport["sources"]>["source"]): string {
  if (source === "recorder") return "loadctl's own recording"
  return source === "k6" ? "k6's summary" : "InfluxDB"
}
