import type { CheckCount, RecordedTotals } from "./recording.ts"
import { KEPT, createDictionary } from "./dictionary.ts"
import type { KeptMetric, SeriesEntry } from "./dictionary.ts"
import type { Columns } from "./format.ts"
import { metricOf, parsePoint, piecesOf, pointsOf } from "./line-protocol.ts"

/** What one write of k6 came to. */
export type Taken = {
  columns: Columns
  /** The series that this write brought. */
  added: SeriesEntry[]
  requests: number
  /** The write as InfluxDB can read it, where that is not how it came. */
  rewritten: string | null
}

export type CollectorOptions = { epochS: number; seriesCap: number; systemTags: readonly string[] | null }

/** Takes in what k6 writes and keeps the counts; nothing of it grows with the number of samples. */
export function createCollector({ epochS, seriesCap, systemTags }: CollectorOptions) {
  const dictionary = createDictionary(seriesCap, systemTags)
  const counts = createCounts(dictionary.entries)
  let lastRequest = { tagSet: "", id: -1 }

  /** Takes one point in, and adds the row that is kept of it. */
  function takePoint(line: string, rows: number[]): void {
    const metric = metricOf(line)
    counts.point(metric)
    // Most points are of metrics that are only counted.
    if (!READ.has(metric)) return
    const { tagSet, value, ns } = parsePoint(line, epochS)
    counts.add(metric, value)
    // k6 writes it right after the request that it is about.
    if (metric === "http_req_failed" && tagSet === lastRequest.tagSet) counts.judged(lastRequest.id)
    if (!isKept(metric)) return
    const id = dictionary.idOf(metric, tagSet)
    if (metric === "http_req_duration") lastRequest = { tagSet, id }
    counts.sample(id, value)
    rows.push(ns, value, id)
  }

  /** @param body the line protocol. Throws where it is none. */
  function take(body: Buffer): Taken {
    const rows: number[] = []
    const before = dictionary.entries.length
    const requestsBefore = counts.requests()
    const seen = { newline: false }
    for (const piece of piecesOf(body)) for (const line of pointsOf(piece, seen)) takePoint(line, rows)
    return {
      columns: toColumns(rows),
      added: dictionary.entries.slice(before),
      requests: counts.requests() - requestsBefore,
      rewritten: seen.newline ? withoutNewlines(body) : null,
    }
  }

  return { take, totals: (): RecordedTotals => ({ ...counts.totals(), folded: dictionary.folded() }) }
}

/** What InfluxDB takes for one point each, a space in place of every newline of a name. */
function withoutNewlines(body: Buffer): string {
  return [...pointsOf(body.toString("latin1"))].map((line) => line.replaceAll("\n", "\\ ")).join("\n")
}

/** Counters that k6's summary has too. */
const SUMMED = ["http_req_failed", "iterations", "dropped_iterations"] as const
const READ: ReadonlySet<string> = new Set([...KEPT, ...SUMMED])

function isKept(metric: string): metric is KeptMetric {
  return (KEPT as readonly string[]).includes(metric)
}

function toColumns(rows: readonly number[]): Columns {
  const length = rows.length / 3
  const columns = {
    ns: new Float64Array(length),
    values: new Float64Array(length),
    series: new Uint32Array(length),
  }
  for (let row = 0; row < length; row += 1) {
    columns.ns[row] = rows[row * 3]!
    columns.values[row] = rows[row * 3 + 1]!
    columns.series[row] = rows[row * 3 + 2]!
  }
  return columns
}

type SeriesCount = { n: number; sum: number; max: number }

function createCounts(entries: readonly SeriesEntry[]) {
  const points = new Map<string, number>()
  const sums = new Map<string, number>(SUMMED.map((metric) => [metric, 0]))
  const bySeries: SeriesCount[] = []
  const judged: number[] = []

  function ofMetric(metric: KeptMetric): { tags: SeriesEntry["tags"]; count: SeriesCount }[] {
    return entries.flatMap(({ id, tags, metric: own }) => {
      const count = bySeries[id]
      return own === metric && count ? [{ tags, count }] : []
    })
  }

  const requests = (): number => points.get("http_req_duration") ?? 0

  /** Without a response callback k6 judges no answer, and its tag expected_response is the script's own. */
  function unjudged(): number[] {
    return entries.flatMap(({ id, metric, tags }) =>
      metric === "http_req_duration" &&
      tags["expected_response"] !== undefined &&
      bySeries[id]?.n !== judged[id]
        ? [id]
        : [],
    )
  }

  return {
    requests,
    point(metric: string): void {
      points.set(metric, (points.get(metric) ?? 0) + 1)
    },
    add(metric: string, value: number): void {
      const sum = sums.get(metric)
      if (sum !== undefined) sums.set(metric, sum + value)
    },
    judged(id: number): void {
      judged[id] = (judged[id] ?? 0) + 1
    },
    sample(id: number, value: number): void {
      const count = (bySeries[id] ??= { n: 0, sum: 0, max: 0 })
      count.n += 1
      count.sum += value
      count.max = Math.max(count.max, value)
    },
    totals(): Omit<RecordedTotals, "folded"> {
      return {
        requests: requests(),
        failed: { n: points.get("http_req_failed") ?? 0, matches: sums.get("http_req_failed")! },
        iterations: sums.get("iterations")!,
        dropped: sums.get("dropped_iterations")!,
        checks: checkCounts(ofMetric("checks")),
        iterationDurations: durations(ofMetric("iteration_duration")),
        points: Object.fromEntries(points),
        unjudged: unjudged(),
      }
    },
  }
}

type Counted = { tags: Record<string, string>; count: SeriesCount }[]

function checkCounts(counted: Counted): CheckCount[] {
  return [...Map.groupBy(counted, ({ tags }) => tags["check"] ?? "")].map(([name, own]) => {
    const passes = own.reduce((sum, { count }) => sum + count.sum, 0)
    const n = own.reduce((sum, { count }) => sum + count.n, 0)
    return { name, passes, fails: n - passes }
  })
}

function durations(counted: Counted): RecordedTotals["iterationDurations"] {
  return [...Map.groupBy(counted, ({ tags }) => tags["scenario"] ?? "")].map(([scenario, own]) => ({
    scenario,
    n: own.reduce((sum, { count }) => sum + count.n, 0),
    longestMs: own.reduce((most, { count }) => Math.max(most, count.max), 0),
  }))
}
