import assert from "node:assert/strict"

import { createInflux } from "@saleproof/loadctl/influx/client.ts"
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest"

import { startShop } from "../../k6-scripts/test/shop.ts"
import { dataPanels, parseDashboard, readDashboard } from "./grafana/dashboard-json.ts"
import type { Panel } from "./grafana/dashboard-json.ts"
import { emptyParts } from "./empty-parts.ts"
import { ALL, interpolate } from "./grafana/interpolate.ts"
import type { Choice } from "./grafana/interpolate.ts"
import { rowsOf } from "./grafana/rows.ts"
import { runOverloaded } from "./k6-run.ts"
import { namesInQueries, withRenamed } from "./renaming.ts"

const RUN = "20261122-120000-flow_rps-b.c"
const BASELINE = "20261121-120000-flow_rps-a"

const json = readDashboard("load-test")
const dashboard = parseDashboard(json)
const database = { url: inject("influxUrl"), database: `dashboards_${process.pid}` }
const influx = createInflux({ ...database, precision: "ms" })
let everything: Choice

beforeAll(async () => {
  await using shop = await startShop({ faults: ["fails some orders", "sells some claims out"] })
  for (const testid of [BASELINE, RUN]) {
    await runOverloaded({ influx: database, testid, targetUrl: shop.url })
  }
  everything = {
    values: { datasource: "saleproof-influxdb", testid: RUN, baseline: BASELINE, scenario: ALL, name: ALL },
    range: await rangeOf(RUN),
    intervalMs: 1_000,
  }
})

afterAll(async () => {
  await influx.query(`DROP DATABASE "${database.database}"`)
})

describe("after a run with failures and dropped iterations, no panel or variable is empty", () => {
  it("with everything chosen", async () => {
    expect(await emptyParts(dashboard, influx, everything)).toEqual([])
  })

  it("with two endpoints chosen", async () => {
    const values = {
      ...everything.values,
      scenario: ["flow_rps"],
      name: ["2_claim_coupon", "5_create_order"],
    }
    expect(await emptyParts(dashboard, influx, { ...everything, values })).toEqual([])
  })

  it("zoomed out to a day", async () => {
    const { from, to } = everything.range
    const day = { from: from - 43_200_000, to: to + 43_200_000 }
    expect(await emptyParts(dashboard, influx, { ...everything, range: day, intervalMs: 60_000 })).toEqual([])
  })
})

describe("the check for empty panels", () => {
  it("knows the measurements, tags and fields of the dashboard", () => {
    expect(namesInQueries(dashboard)).toEqual(
      expect.arrayContaining([
        "http_req_duration",
        "dropped_iterations",
        "order_time",
        "testid",
        "name",
        "value",
      ]),
    )
  })

  it.each(namesInQueries(dashboard))("complains when %s is called something else", async (name) => {
    expect(await emptyParts(withRenamed(dashboard, name), influx, everything)).not.toEqual([])
  })

  it("complains about a run, and about a baseline, that is not there", async () => {
    for (const variable of ["testid", "baseline"]) {
      const values = { ...everything.values, [variable]: "no-such-run" }
      const problems = await emptyParts(dashboard, influx, { ...everything, values })
      expect(problems).toContainEqual({
        where: `variable ${variable}`,
        problem: "does not offer no-such-run",
      })
      expect(problems.some(({ where }) => where.startsWith("panel"))).toBe(true)
    }
  })

  it("complains about an override for a field that no query returns", async () => {
    const changed = parseDashboard(json.replaceAll('"options": "margin"', '"options": "marjin"'))
    expect(await emptyParts(changed, influx, everything)).toEqual([
      { where: 'panel "SLA per endpoint"', problem: "no field is called marjin" },
    ])
  })
})

describe("the numbers on the dashboard", () => {
  it.each([1_000, 2_000, 7_000, 60_000])(
    "are rates per second at an interval of %i ms",
    async (intervalMs) => {
      const rows = await shown("Requests per second", "A", { ...everything, intervalMs })
      const seconds = intervalMs / 1_000
      const requests = rows.reduce((sum, row) => sum + Number(row.sum) * seconds, 0)
      expect(requests).toBeCloseTo((await durationsOf(RUN)).length, 6)
    },
  )

  it("have the p95 of the points themselves, by nearest rank", async () => {
    const [row] = await shown("p95, all endpoints", "A", everything)
    const sorted = (await durationsOf(RUN)).toSorted((a, b) => a - b)
    expect(row?.percentile).toBe(sorted[Math.floor(sorted.length * 0.95 + 0.5) - 1])
  })

  it("say which endpoint passed, which failed and which had too few samples", async () => {
    const rows = await shown("SLA per endpoint", "A", everything)
    const verdictOf = (name: string) => Number(rows.find((row) => row.name === name)?.verdict)
    expect(verdictOf("0_get_userId")).toBeGreaterThanOrEqual(0)
    expect(verdictOf("0_get_userId")).toBeLessThan(1e9)
    expect(verdictOf("5_create_order")).toBeLessThan(0)
    expect(verdictOf("6_get_orders")).toBeGreaterThanOrEqual(1e9)
    expect(rows.find((row) => row.name === "2_claim_coupon")).toMatchObject({ failed: 0, limit: 200 })
  })

  it("count the failed requests as k6 does", async () => {
    const [total] = await shown("Failed requests", "A", everything)
    const reasons = await shown("Failed requests by endpoint, status and error code", "A", everything)
    const endpoints = await shown("SLA per endpoint", "A", everything)
    const sum = (rows: typeof reasons, column: string) =>
      rows.reduce((all, row) => all + Number(row[column]), 0)
    expect(total?.sum).toBeGreaterThan(0)
    expect(sum(reasons, "sum")).toBe(total?.sum)
    expect(sum(endpoints, "failed")).toBe(total?.sum)
    expect(reasons.map(({ status }) => status)).toEqual(expect.arrayContaining(["0", "500"]))
  })

  it("lay both runs over each other from second 0 on", async () => {
    for (const [refId, column] of [
      ["A", "run"],
      ["B", "baseline"],
    ] as const) {
      const rows = await shown("Requests per second: this run and the baseline", refId, everything)
      const seconds = rows.flatMap((row) => row.seconds ?? [])
      const answered = rows.reduce((sum, row) => sum + Number(row[column]), 0)
      expect(seconds).toEqual(seconds.map((_, index) => index + 1))
      expect(answered).toBe((await durationsOf(column === "run" ? RUN : BASELINE)).length)
    }
  })

  it("say where the phases of the run begin, whatever is zoomed into", async () => {
    const [annotation] = dashboard.annotations.list
    const { from, to } = everything.range
    for (const range of [everything.range, { from: to, to: to + 1 }]) {
      assert(annotation, "the dashboard marks the phases")
      const query = interpolate(annotation.target.query, dashboard.templating.list, {
        ...everything,
        range,
      })
      const begun = rowsOf(await influx.query(query)).map(({ phase, time }) => ({
        phase,
        time: Number(time),
      }))
      const [warmup, hold] = ["warmup", "hold"].map((name) => begun.find(({ phase }) => phase === name)?.time)
      expect(warmup).toBeGreaterThanOrEqual(from)
      expect(hold).toBeLessThan(to)
      expect(hold).toBeGreaterThan(warmup ?? Infinity)
    }
  })

  it("show when a write was lost, and which part of one", async () => {
    const at = Date.now() - 60_000
    const lines = [0, 1, 2, 7, 8].flatMap((second) => [
      `vus,testid=gappy value=1 ${at + second * 1_000}`,
      ...["http_reqs", "http_req_duration"].flatMap((name) =>
        name === "http_reqs" || second !== 2 ? `${name},testid=gappy value=1 ${at + second * 1_000}` : [],
      ),
    ])
    const address = `${database.url}/write?db=${database.database}&precision=ms`
    expect(await fetch(address, { method: "POST", body: lines.join("\n") })).toMatchObject({ status: 204 })
    const values = { ...everything.values, testid: "gappy" }
    const choice = { values, range: { from: at - 1_000, to: at + 10_000 }, intervalMs: 1_000 }

    const gaps = await shown("When writes were lost", "A", choice)
    expect(gaps.map(({ max }) => max)).toEqual([1_000, 1_000, 5_000, 1_000])
    const [requests, durations] = await Promise.all(
      ["A", "B"].map((refId) => shown("Points stored per second of each metric", refId, choice)),
    )
    const total = (rows: typeof gaps = []) => rows.reduce((sum, row) => sum + Number(row.count), 0)
    expect([total(requests), total(durations)]).toEqual([5, 4])
  })

  it("count every request once in the heatmap", async () => {
    const { targets } = panelCalled("Latency of all requests")
    let requests = 0
    for (const { refId } of targets) {
      for (const row of await shown("Latency of all requests", refId, everything)) requests += Number(row.sum)
    }
    expect(requests).toBe((await durationsOf(RUN)).length)
  })
})

function panelCalled(title: string): Panel {
  const panel = dataPanels(dashboard).find((known) => known.title === title)
  if (!panel) throw new Error(`There is no panel "${title}".`)
  return panel
}

/** What one query of a panel answers. */
async function shown(title: string, refId: string, choice: Choice) {
  const target = panelCalled(title).targets.find((known) => known.refId === refId)
  assert(target, `the panel "${title}" has a query ${refId}`)
  return rowsOf(await influx.query(interpolate(target.query, dashboard.templating.list, choice)))
}

/** The latencies that k6 stored for a run, without setup. */
async function durationsOf(testid: string): Promise<number[]> {
  const where = `"testid" = '${testid}' AND "scenario" =~ /.+/`
  const rows = rowsOf(await influx.query(`SELECT "value" FROM "http_req_duration" WHERE ${where}`))
  return rows.map(({ value }) => Number(value))
}

async function rangeOf(testid: string): Promise<Choice["range"]> {
  const ends = ["first", "last"].map(async (end) => {
    const rows = await influx.query(`SELECT ${end}("value") FROM "http_reqs" WHERE "testid" = '${testid}'`)
    return Number(rowsOf(rows)[0]?.time)
  })
  const [from = 0, to = 0] = await Promise.all(ends)
  return { from: from - 5_000, to: to + 5_000 }
}
