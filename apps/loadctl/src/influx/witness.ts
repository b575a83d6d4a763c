import { escape } from "influx"

import { usageError } from "../errors.ts"
import { isSafeId } from "../plan/run-id.ts"
import type { Influx, InfluxSeries } from "./client.ts"

/** Requests as InfluxDB holds them; its percentile is the nearest rank, in ms. */
export type WitnessedRequests = { scenario: string; name: string; n: number; p95: number | null }

/** What InfluxDB knows of a run, asked in sums. */
export type Witness = {
  all: { n: number; p95: number | null }
  endpoints: WitnessedRequests[]
  failed: number
  checks: { passes: number; n: number }
  iterations: number
}

/** Asks InfluxDB for the figures of a run. Throws where it does not answer, or refuses. */
export async function askInflux(influx: Influx, testid: string, signal: AbortSignal): Promise<Witness> {
  // The library's quoting leaves backslashes alone, so an id with one could leave its quotes.
  if (!isSafeId(testid)) throw usageError(`${testid} is not an id of a run.`)
  const ask = (select: string, metric: string, group = ""): Promise<InfluxSeries[]> => {
    const where = `WHERE "testid" = ${escape.stringLit(testid)}`
    return influx.query(`SELECT ${select} FROM ${escape.quoted(metric)} ${where}${group}`, signal)
  }
  const latency = `count("value"), percentile("value", 95)`
  const [all] = await ask(latency, "http_req_duration")
  const endpoints = await ask(latency, "http_req_duration", ` GROUP BY "scenario", "name"`)
  const [failed] = await ask(`sum("value")`, "http_req_failed")
  const [checks] = await ask(`sum("value"), count("value")`, "checks")
  const [iterations] = await ask(`sum("value")`, "iterations")
  return {
    all: requestsOf(all),
    endpoints: endpoints.map((series) => ({
      scenario: series.tags["scenario"] ?? "",
      name: series.tags["name"] ?? "",
      ...requestsOf(series),
    })),
    failed: cell(failed, 1) ?? 0,
    checks: { passes: cell(checks, 1) ?? 0, n: cell(checks, 2) ?? 0 },
    iterations: cell(iterations, 1) ?? 0,
  }
}

function requestsOf(series: InfluxSeries | undefined): { n: number; p95: number | null } {
  return { n: cell(series, 1) ?? 0, p95: cell(series, 2) }
}

/** A number of the only row; nothing was written where there is none. */
export function cell(series: InfluxSeries | undefined, column: number): number | null {
  const value = series?.values[0]?.[column]
  return typeof value === "number" ? value : null
}
