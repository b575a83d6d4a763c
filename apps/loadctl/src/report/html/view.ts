import { causeTexts, headline } from "../cells.ts"
import { secondsText } from "../../sla/text.ts"
import { facts } from "../facts.ts"
import type { RunReport } from "../model.ts"
import { distributionCharts, latencyCharts, trafficChart, usersChart } from "./charts.ts"
import type { Endpoints, Frame } from "./charts.ts"
import type { RunDetails } from "./details.ts"
import { distributionOf } from "./distribution.ts"
import { healthGroup, waitsSection } from "./health-charts.ts"
import { manifestFacts } from "./manifest.ts"
import type { Chart, ChartGroup, ReportPage } from "./model.ts"
import {
  auditSection,
  checksSection,
  endpointTable,
  failuresSection,
  secondsTable,
  sourcesSection,
} from "./tables.ts"
import { tilesOf } from "./tiles.ts"
import { timelineOf } from "./timeline.ts"
import type { Timeline } from "./timeline.ts"

/** Everything that the page says about a run, in words and figures. */
export function viewOf(report: RunReport, details: RunDetails): ReportPage {
  const { health, measurement } = details.parts
  const frame = frameOf(details)
  const page = {
    title: `${report.verdict} ${report.scenario} ${report.runId}`,
    runId: report.runId,
    verdict: report.verdict,
    headline: headline(report),
    when: whenText(report),
    reasons: report.reasons,
    causes: causeTexts(report),
    warnings: report.warnings,
    tiles: tilesOf(report),
    endpoints: endpointTable(report),
    facts: facts(report).map(([name = "", text = ""]) => ({ name, text })),
    ...chartGroups(report, details, frame),
    seconds: frame && secondsTable(frame.timeline),
    health: healthGroup(health, measurement?.window ?? null),
    waits: waitsSection(health),
    failures: failuresSection(report, details),
    checks: checksSection(details),
    audit: auditSection(report),
    sources: sourcesSection(report),
    manifest: manifestFacts(report),
  }
  return { ...page, absent: absentFacts(page) }
}

/** What has no section of its own, with the reason. */
function absentFacts(page: Omit<ReportPage, "absent">): ReportPage["absent"] {
  const sections = [
    ["charts", page.overTime.charts.length > 0 ? null : page.overTime.note],
    ["failed requests", page.failures.table ? null : page.failures.note],
    ["checks", page.checks.table ? null : page.checks.note],
    ["audit", page.audit.table ? null : page.audit.note],
    ["target and database", page.health.charts.length > 0 ? null : page.health.note],
    ["sources", page.sources.table ? null : page.sources.note],
    ["manifest", page.manifest.length > 0 ? null : "The run did not come to it."],
  ] as const
  return sections.flatMap(([name, text]) => (text === null ? [] : [{ name, text }]))
}

// Fewer points than this make a line that says nothing.
const LEAST_POINTS = 3

function frameOf({ samples, parts: { plan, measurement } }: RunDetails): Frame | null {
  if (!samples || !measurement?.window) return null
  const { window, hold } = measurement
  const timeline = timelineOf(samples, plan, window)
  return isTooShort(timeline) ? null : { timeline, window, hold }
}

/** Whether fewer stretches than make a line have something in them. */
function isTooShort({ rows }: Timeline): boolean {
  return !rows.some(({ points }) => points.filter(({ n }) => n > 0).length >= LEAST_POINTS)
}

type Groups = Pick<ReportPage, "overTime" | "perEndpoint" | "distribution">

function chartGroups(
  report: RunReport,
  { samples, parts, progress }: RunDetails,
  frame: Frame | null,
): Groups {
  const limits = new Map([report.overall, ...report.endpoints].map(({ name, limit }) => [name, limit]))
  if (!frame || !samples) {
    const nothing: ChartGroup = { note: missingText(parts, samples), legend: [], charts: [] }
    return { overTime: nothing, perEndpoint: nothing, distribution: nothing }
  }
  const endpoints: Endpoints = {
    limitOf: (name) => limits.get(name) ?? null,
    metricOf: (name) => parts.plan.sla.endpoints[name]?.metric,
  }
  const latency = latencyCharts(frame, endpoints)
  const distribution = distributionOf(samples, parts.plan, frame.hold)
  return {
    overTime: group(
      [...latency.overall, trafficChart(frame), usersChart(frame, progress)].filter(
        (chart) => chart !== null,
      ),
    ),
    perEndpoint: group(latency.each),
    distribution: distribution
      ? group(distributionCharts(distribution, endpoints))
      : { note: "Nothing was judged.", legend: [], charts: [] },
  }
}

/** The lines that all charts of a group have in common are named once. */
function group(charts: Chart[]): ChartGroup {
  const tones = new Set(charts.flatMap(({ lines }) => lines.map(({ tone }) => tone)))
  const percentiles = (["p50", "p95", "p99"] as const).filter((tone) => tones.has(tone))
  const limited = charts.some(({ limit }) => limit !== null)
  return {
    note: null,
    legend: [
      ...percentiles.map((tone) => ({ tone, text: tone })),
      ...(limited ? [{ tone: "limit" as const, text: "limit of the SLA" }] : []),
    ],
    charts,
  }
}

/** Why there is nothing to draw. */
function missingText({ measurement }: RunDetails["parts"], samples: RunDetails["samples"]): string {
  if (samples && measurement?.window) return "Too short to chart."
  if (!measurement) return "The run did not come to measuring, so there is nothing to draw."
  const { influx, window } = measurement
  if (influx.state === "off")
    return "No InfluxDB was configured: single requests are not known, only k6's totals."
  if (influx.state === "away")
    return `InfluxDB did not answer (${influx.text}): single requests are not known, only k6's totals.`
  if (!window) return "InfluxDB has no request of this run."
  return "The requests of this run were not saved with it; an earlier version of loadctl kept only the table."
}

function whenText({ startedAt, finishedAt }: RunReport): string {
  const start = `${startedAt.slice(0, 19).replace("T", " ")} UTC`
  if (finishedAt === null) return `${start}, never finished`
  return `${start}, ${secondsText((Date.parse(finishedAt) - Date.parse(startedAt)) / 1_000)}`
}
