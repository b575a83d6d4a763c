import { escape } from "influx"

import { usageError } from "../errors.ts"
import { isSafeId } from "../plan/run-id.ts"
import type { Window } from "../stats/model.ts"
import type { Influx } from "./client.ts"
import { cell } from "./witness.ts"

/** Which k6 wrote points of a run, by the tag that k6-operator gives each of them. */
export type Instances = string[]

/** What InfluxDB knows of a run apart from its requests, added up over every k6 that wrote to it. */
export function createRunQueries(influx: Influx, testid: string) {
  // The library's quoting leaves backslashes alone, so an id with one could leave its quotes.
  if (!isSafeId(testid)) throw usageError(`${testid} is not an id of a run.`)
  const ofRun = `WHERE "testid" = ${escape.stringLit(testid)}`
  const from = (metric: string): string => `FROM ${escape.quoted(metric)} ${ofRun}`

  /** From the first to the last request, ms since 1970; null when there is none. */
  async function window(): Promise<Window | null> {
    const [first] = await influx.query(`SELECT first("value") ${from("http_req_duration")}`)
    const [last] = await influx.query(`SELECT last("value") ${from("http_req_duration")}`)
    const [start, end] = [cell(first, 0), cell(last, 0)]
    return start === null || end === null ? null : { from: start / 1_000, to: end / 1_000 }
  }

  async function instances(): Promise<Instances> {
    const found = await influx.query(`SHOW TAG VALUES FROM "http_reqs" WITH KEY = "instance_id" ${ofRun}`)
    return found.flatMap(({ values }) => values.map((row) => String(row[1])))
  }

  /** The sum of a counter; null when it has no points. */
  async function counter(metric: string): Promise<number | null> {
    const [series] = await influx.query(`SELECT sum("value") ${from(metric)}`)
    return cell(series, 1)
  }

  async function checks(): Promise<{ name: string; passes: number; fails: number }[]> {
    const found = await influx.query(`SELECT sum("value"), count("value") ${from("checks")} GROUP BY "check"`)
    return found.map((series) => {
      const [passes, all] = [cell(series, 1) ?? 0, cell(series, 2) ?? 0]
      return { name: series.tags["check"] ?? "", passes, fails: all - passes }
    })
  }

  return { window, instances, counter, checks }
}
