import { join } from "node:path"

import { expect, it } from "vitest"

import { loadConfig } from "../config.ts"
import { summarize } from "./database.ts"
import { parseExposition, parseSelector, total } from "./exposition.ts"
import { apiSignals, resetSignals } from "./signals.ts"
import type { Readings } from "./signals.ts"

// As a scrape of the API shows them, cut down to one line of each kind.
const scrape = (cpu: number, [count, sum]: [number, number]) =>
  parseExposition(`# HELP process_cpu_seconds_total Total user and system CPU time spent in seconds.
# TYPE process_cpu_seconds_total counter
process_cpu_seconds_total{process="api"} ${cpu}
nodejs_eventloop_lag_p99_seconds{process="api"} 0.0421
nodejs_heap_size_used_bytes{process="api"} Nan
saleproof_order_batch_size_bucket{le="1",process="api"} 3
saleproof_order_batch_size_sum{process="api"} ${sum}
saleproof_order_batch_size_count{process="api"} ${count}
saleproof_refusals_total{code="SOLD_OUT",process="api"} 4
saleproof_refusals_total{code="OVERLOADED",process="api"} 2 1732212930000
`)

const SHOP: Readings = {
  "orders.batchSize": { metric: "saleproof_order_batch_size", as: "mean", factor: 1, from: "api" },
  "orders.other": { metric: "never_exported", as: "gauge", factor: 1, from: "api" },
}

it("reads gauges as they are, counters per second, and histograms as the mean of what came between", () => {
  const signals = apiSignals(
    {
      before: scrape(10, [100, 900]),
      after: scrape(11.5, [104, 1_000]),
      seconds: 2,
    },
    SHOP,
  )
  expect(signals).toEqual({ "api.cpu": 0.75, "api.loopDelay": 42.1, "orders.batchSize": 25 })
})

it("has nothing to say of a process that was restarted, or of a histogram that saw nothing", () => {
  const restarted = apiSignals({ before: scrape(10, [100, 900]), after: scrape(1, [0, 0]), seconds: 1 }, SHOP)
  expect(restarted).toEqual({ "api.loopDelay": 42.1 })
  const idle = apiSignals({ before: scrape(10, [100, 900]), after: scrape(10, [100, 900]), seconds: 1 }, SHOP)
  expect(idle).toEqual({ "api.cpu": 0, "api.loopDelay": 42.1 })
})

it("adds up a metric over its labels and does not mistake one name for the start of another", () => {
  const sum = (selector: string) => total(scrape(0, [0, 0]), parseSelector(selector))
  expect(sum("saleproof_refusals_total")).toBe(6)
  expect(sum("saleproof_refusals")).toBeUndefined()
  expect(sum("nodejs_heap_size_used_bytes")).toBeUndefined()
})

it("picks the series that have the labels, in any order and with any text in them", () => {
  const page = parseExposition(`hits_total{path="/a}b",code="200"} 3
hits_total{code="200",path="/{id}"} 4
hits_total{code="500",path="say \\"hi\\""} 5
`)
  const sum = (selector: string) => total(page, parseSelector(selector))
  expect(sum('hits_total{code="200"}')).toBe(7)
  expect(sum('hits_total{ path="/a}b", code="200" }')).toBe(3)
  expect(sum('hits_total{path="say \\"hi\\""}')).toBe(5)
  expect(sum('hits_total{code="404"}')).toBeUndefined()
})

it("counts a counter that appears during the load, or is restarted, from zero", () => {
  const readings: Readings = { errors: { metric: "errors_total", as: "increase", factor: 1, from: "api" } }
  const grown = (before: string | null, after: string) =>
    apiSignals(
      {
        before: before === null ? null : parseExposition(before),
        after: parseExposition(after),
        seconds: 1,
      },
      readings,
    )["errors"]
  expect(grown("errors_total 5\n", "errors_total 7\n")).toBe(2)
  expect(grown("other 1\n", "errors_total 7\n")).toBe(7)
  expect(grown("errors_total 5\n", "errors_total 2\n")).toBe(2)
  expect(grown(null, "errors_total 7\n")).toBeUndefined()
})

it("counts what the sessions of a database wait for, except for their clients", () => {
  const session = (state: string, waitType: string | null, wait: string | null) => ({
    pid: 1,
    state,
    waitType,
    wait,
    client: true,
  })
  const look = summarize([
    session("active", "Lock", "transactionid"),
    session("active", "IO", "WalSync"),
    session("active", "Client", "ClientWrite"),
    session("active", null, null),
    session("idle", "Client", "ClientRead"),
    session("idle in transaction", "Client", "ClientRead"),
    { ...session("active", "IO", "WalWrite"), client: false },
  ])
  expect(look).toEqual({
    values: {
      "database.active": 4,
      "database.idleInTransaction": 1,
      "database.locks": 1,
      "database.io": 1,
    },
    waits: ["Lock: transactionid", "IO: WalSync"],
  })
})

it("reads of the shop what this repository's loadctl.yaml names", () => {
  const { metrics } = loadConfig(join(import.meta.dirname, "../../../../loadctl.yaml"), []).config
  const pools = (waited: number) =>
    parseExposition(`saleproof_db_pool_waiting{pool="read"} 3
saleproof_db_pool_waiting{pool="write"} 4
saleproof_db_pool_busy{pool="read"} 8
saleproof_db_pool_acquire_seconds_sum{pool="read"} ${waited * 0.03}
saleproof_db_pool_acquire_seconds_count{pool="read"} ${waited}
saleproof_orders_queued 12
saleproof_order_commit_seconds_sum ${waited * 0.008}
saleproof_order_commit_seconds_count ${waited}
`)
  expect(apiSignals({ before: pools(10), after: pools(20), seconds: 1 }, metrics!.signals)).toEqual({
    "api.poolWaiting": 7,
    "api.poolBusy": 8,
    "api.poolAcquire": expect.closeTo(30),
    "orders.queued": 12,
    "orders.commit": expect.closeTo(8),
  })
})

const LOST: Readings = { lost: { metric: "lost_total", as: "increase", factor: 1, from: "api" } }
const RATE: Readings = { lost: { metric: "lost_total", as: "rate", factor: 1, from: "api" } }

/** What two looks at a page come to. */
function grown(first: string, second: string, readings = LOST) {
  const [before, after] = [parseExposition(first), parseExposition(second)]
  return {
    growth: apiSignals({ before, after, seconds: 1 }, readings)["lost"],
    resets: resetSignals({ before, after }, readings, "api"),
  }
}

it("sees that a counter began again, also where it has passed its old value since", () => {
  const page = (start: number, lost: number) => `process_start_time_seconds ${start}\nlost_total ${lost}\n`
  expect(grown(page(100, 2), page(100, 5))).toEqual({ growth: 3, resets: [] })
  expect(grown(page(100, 2), page(160, 5))).toEqual({ growth: 5, resets: ["lost"] })
  expect(grown(page(100, 2), page(160, 5), RATE)).toEqual({ growth: undefined, resets: [] })
  // The clock of the machine was corrected a little.
  expect(grown(page(100, 2), page(101, 5))).toEqual({ growth: 3, resets: [] })
})

it("sees by its series that a counter began again where the page has no start of the process", () => {
  const page = (series: Record<string, number>) =>
    Object.entries(series)
      .map(([label, value]) => `lost_total{to="${label}"} ${value}\n`)
      .join("")
  expect(grown(page({ a: 2, b: 3 }), page({ a: 4, b: 3 }))).toEqual({ growth: 2, resets: [] })
  expect(grown(page({ a: 2, b: 3 }), page({ a: 9, b: 1 }))).toEqual({ growth: 10, resets: ["lost"] })
  expect(grown(page({ a: 2, b: 3 }), page({ a: 9 }))).toEqual({ growth: 9, resets: ["lost"] })
  expect(grown(page({ a: 2 }), page({ a: 2, b: 1 }))).toEqual({ growth: 1, resets: [] })
})
