import type { OtherMetric } from "@saleproof/sla/metrics.ts"
import type { K6Progress } from "../../k6/progress.ts"
import type { Window } from "../../stats/model.ts"
import { OVERALL } from "../../stats/slices.ts"
import { limitMsText, msText, secondsText } from "../../sla/text.ts"
import type { Distribution } from "./distribution.ts"
import type { Chart, Line } from "./model.ts"
import type { Point, Timeline } from "./timeline.ts"

/** What every chart over time is drawn against. */
export type Frame = { timeline: Timeline; window: Window; hold: Window | null }

/** What charts look up of an endpoint, or of "overall". */
export type Endpoints = {
  /** The p95 limit in ms; null when there is none. */
  limitOf: (name: string) => number | null
  /** What k6 times of it where it is no HTTP request. */
  metricOf: (name: string) => OtherMetric | undefined
}

/**
 * Percentiles of each endpoint over time, on one scale for those that are timed alike, so that they can be compared;
 * of all HTTP requests together where there were some.
 */
export function latencyCharts(frame: Frame, endpoints: Endpoints): { overall: Chart[]; each: Chart[] } {
  const called = frame.timeline.rows.filter(wasCalled)
  const scales = Map.groupBy(called, ({ name }) => endpoints.metricOf(name))
  const chartOf = (row: Row): Chart => latencyChart(frame, row, { ...endpoints, scales })
  return {
    overall: called.filter(({ name }) => name === OVERALL).map(chartOf),
    each: called.filter(({ name }) => name !== OVERALL).map(chartOf),
  }
}

type Scales = { scales: ReadonlyMap<OtherMetric | undefined, readonly Row[]> }

function latencyChart(
  frame: Frame,
  { name, points }: Row,
  { limitOf, metricOf, scales }: Endpoints & Scales,
): Chart {
  return {
    ...blank(frame),
    title: titleOf(name, metricOf(name)),
    summary: latencySummary(points, limitOf(name), frame.timeline.stepS),
    unit: "ms",
    lines: (["p99", "p50", "p95"] as const).map((key) => ({
      name: key,
      tone: key,
      points: points.map((point): [number, number | null] => [point.at, point[key]]),
    })),
    limit: limitLine(limitOf(name)),
    yMax: ceilingOf(scales.get(metricOf(name))!, limitOf),
  }
}

type Row = Timeline["rows"][number]

function wasCalled({ points }: Row): boolean {
  return points.some(({ n }) => n > 0)
}

/** Upper end of the axis of latencies. */
function ceilingOf(rows: readonly Row[], limitOf: Endpoints["limitOf"]): number {
  const most = rows.map(({ name, points }) =>
    points.reduce((highest, { p99 }) => Math.max(highest, p99 ?? 0), limitOf(name) ?? 0),
  )
  return niceCeiling(Math.max(0, ...most) * 1.05)
}

/** The rate of HTTP requests; null where there were none. */
export function trafficChart(frame: Frame): Chart | null {
  const overall = frame.timeline.rows.find(({ name }) => name === OVERALL)
  if (!overall || !wasCalled(overall)) return null
  const { points } = overall
  const rates = points.map(({ n, seconds }) => n / seconds)
  const failed = points.reduce((sum, point) => sum + point.failed, 0)
  const lines: Line[] = [
    { name: "requests", tone: "traffic", points: points.map(({ at }, index) => [at, rates[index]!]) },
  ]
  if (failed > 0) {
    const ofFailed = points.map((point): [number, number] => [point.at, point.failed / point.seconds])
    lines.push({ name: "failed", tone: "failed", points: ofFailed })
  }
  const middle = rates.toSorted((a, b) => a - b)[Math.floor(rates.length / 2)] ?? 0
  return {
    ...blank(frame),
    title: "Requests",
    summary:
      `${count(middle)} per second at the median, ${count(Math.max(0, ...rates))} at the peak; ` +
      `${count(failed)} failed`,
    unit: "per second",
    lines,
  }
}

/** k6 writes its number of users once per second, by a clock that starts with its first request, or a moment before. */
export function usersChart(frame: Frame, progress: readonly K6Progress[]): Chart | null {
  const most = Math.max(0, ...progress.map(({ vus }) => vus))
  // Of a load that is shorter than the second after which k6 prints them, only its end is known.
  if (most === 0) return null
  return {
    ...blank(frame),
    title: "Virtual users",
    summary: `up to ${count(most)}`,
    unit: "users",
    lines: [{ name: "users", tone: "users", points: progress.map(({ elapsedS, vus }) => [elapsedS, vus]) }],
  }
}

export function distributionCharts(
  { min, max, rows }: Distribution,
  { limitOf, metricOf }: Endpoints,
): Chart[] {
  // Endpoints share a scale; of all together there is only one.
  const peakOf = (some: typeof rows): number =>
    niceCeiling(Math.max(...some.flatMap(({ outline }) => outline.map(([, percent]) => percent))))
  const shared = peakOf(rows.slice(1))
  const called = rows.filter(({ n }) => n > 0)
  return called.map(({ name, n, outline }) => ({
    title: titleOf(name, metricOf(name)),
    summary: `${count(n)} judged ${n === 1 ? "request" : "requests"}`,
    x: { kind: "latency", min, max },
    unit: "% of requests",
    lines: [{ name: "requests", tone: "share", points: outline }],
    limit: limitLine(limitOf(name)),
    shaded: [],
    yMax: name === OVERALL ? peakOf(rows.slice(0, 1)) : shared,
  }))
}

function blank({ timeline, window, hold }: Frame): Omit<Chart, "title" | "summary" | "unit" | "lines"> {
  const { seconds } = timeline
  const since = (at: number): number => (at - window.from) / 1_000
  const around = hold ? [[0, since(hold.from)] as const, [since(hold.to), seconds] as const] : []
  return {
    x: { kind: "seconds", min: 0, max: seconds },
    limit: null,
    shaded: around.flatMap(([from, to]) => (to - from > 0.01 * seconds ? [{ from, to }] : [])),
    yMax: null,
  }
}

function latencySummary(points: readonly Point[], limit: number | null, stepS: number): string {
  const p95s = points.flatMap(({ p95 }) => (p95 === null ? [] : [p95]))
  if (p95s.length === 0) return "no requests"
  const range = `p95 from ${msText(Math.min(...p95s))} to ${msText(Math.max(...p95s))} ms`
  if (limit === null) return range
  const over = p95s.filter((p95) => p95 > limit).length
  const stretches = stepS === 1 ? "seconds" : `stretches of ${secondsText(stepS)}`
  return `${range}, over its limit in ${over} of ${p95s.length} ${stretches}`
}

function limitLine(limit: number | null): Chart["limit"] {
  return limit === null ? null : { value: limit, text: `${limitMsText(limit)} ms` }
}

function titleOf(name: string, metric: OtherMetric | undefined): string {
  if (name === OVERALL) return "All requests"
  return metric === undefined ? name : `${name}, ${metric}`
}

function count(value: number): string {
  return Math.round(value).toLocaleString("en-US")
}

/** The next of 1, 2, 2.5, 4, 5, 8, 10, 20, ... so that an axis ends on a round number. */
export function niceCeiling(value: number): number {
  if (!(value > 0)) return 1
  const decade = 10 ** Math.floor(Math.log10(value))
  return ([1, 2, 2.5, 4, 5, 8].find((digit) => digit * decade >= value) ?? 10) * decade
}
