import { escape } from "influx"

import { usageError } from "../errors.ts"
import { isSafeId } from "../plan/run-id.ts"
import type { SampleSeries } from "../recorder/recording.ts"
import { describeTags } from "../recorder/tags.ts"
import type { Influx } from "./client.ts"

// Keeps one answer of a busy run (several thousand requests per second) at a few megabytes.
const PAGE_MS = 20_000

/**
 * Every request of one run, oldest first within a series, read page by page. Percentiles are taken from these
 * points, never from percentiles. Empty when InfluxDB holds nothing of that id.
 *
 * @param window wall-clock bounds of the run in ms since 1970; `to` is exclusive; its signal gives up
 */
export async function readSamples(
  influx: Influx,
  testid: string,
  window: { from: number; to: number; signal?: AbortSignal },
): Promise<SampleSeries[]> {
  // The library's quoting leaves backslashes alone, so an id with one could leave its quotes.
  if (!isSafeId(testid)) throw usageError(`${testid} is not an id of a run.`)
  const found = new Map<string, Page>()
  for (let from = Math.floor(window.from); from < window.to; from += PAGE_MS) {
    const to = Math.min(from + PAGE_MS, Math.ceil(window.to))
    const pages = await influx.query(samplesQuery(testid, { from, to }), window.signal)
    for (const { tags, values } of pages) appendPage(found, tags, values)
  }
  return [...found.values()].map(({ tags, at, ms }) => ({
    ...describeTags(tags),
    at: Float64Array.from(at),
    ms: Float64Array.from(ms),
  }))
}

type Page = { tags: Record<string, string>; at: number[]; ms: number[] }

function samplesQuery(testid: string, { from, to }: { from: number; to: number }): string {
  return (
    `SELECT "value" FROM "http_req_duration" WHERE "testid" = ${escape.stringLit(testid)}` +
    ` AND time >= ${from}ms AND time < ${to}ms` +
    ` GROUP BY "scenario", "phase", "name", "status", "expected_response", "error_code"`
  )
}

function appendPage(found: Map<string, Page>, tags: Record<string, string>, values: unknown[][]): void {
  const key = JSON.stringify(tags)
  const series = found.get(key) ?? { tags, at: [], ms: [] }
  found.set(key, series)
  for (const [microseconds, value] of values) {
    series.at.push(Number(microseconds) / 1_000)
    series.ms.push(Number(value))
  }
}
