import { expect, it } from "vitest"

import { resolveSla } from "@saleproof/sla/resolve.ts"
import { series } from "../../../test/fixtures/evidence.ts"
import { salePlan } from "../../../test/support/reports.ts"
import { latencyCharts, niceCeiling, trafficChart, usersChart } from "./charts.ts"
import { timelineOf } from "./timeline.ts"

const window = { from: 0, to: 30_000 }
const plan = salePlan({ k6Scenarios: ["sale"] })

function frameOf(samples: Parameters<typeof timelineOf>[0]) {
  return { timeline: timelineOf(samples, plan, window), window, hold: { from: 10_000, to: 29_900 } }
}

it.each([
  [0, 1],
  [0.03, 0.04],
  [1, 1],
  [201, 250],
  [668, 800],
  [801, 1_000],
  [9_999, 10_000],
])("ends an axis for %d at %d", (value, end) => {
  expect(niceCeiling(value)).toBeCloseTo(end)
})

it("draws all latencies on one scale, which has room for every limit, all together last", () => {
  const frame = frameOf([series([[500, 40]]), series([[1_500, 90]], { name: "other" })])
  const { each, overall } = latencyCharts(frame, {
    limitOf: (name) => (name === "other" ? 300 : null),
    metricOf: () => undefined,
  })
  const charts = [...each, ...overall]
  expect(charts.map(({ title, yMax, limit }) => [title, yMax, limit?.value ?? null])).toEqual([
    ["order", 400, null],
    ["other", 400, 300],
    ["All requests", 400, null],
  ])
  expect(charts[0]?.summary).toBe("p95 from 40.0 to 40.0 ms")
  expect(charts[1]?.summary).toBe("p95 from 90.0 to 90.0 ms, over its limit in 0 of 1 seconds")
})

it("shades what is not the hold, unless it is too short to see", () => {
  expect(trafficChart(frameOf([series([[500, 40]])]))?.shaded).toEqual([{ from: 0, to: 10 }])
})

it("draws failures as a line of their own, when there are any", () => {
  const good = trafficChart(frameOf([series([[500, 40]])]))
  expect(good?.lines.map(({ name }) => name)).toEqual(["requests"])
  const bad = trafficChart(frameOf([series([[500, 40]], { expected: false })]))
  expect(bad?.lines.map(({ name }) => name)).toEqual(["requests", "failed"])
  expect(bad?.summary).toBe("0 per second at the median, 1 at the peak; 1 failed")
})

it("draws no users where k6 said nothing about them", () => {
  expect(usersChart(frameOf([series([[500, 40]])]), [])).toBeNull()
  const end = { elapsedS: 0.9, vus: 0, maxVus: 4, iterations: 100, interrupted: 0 }
  expect(usersChart(frameOf([series([[500, 40]])]), [end])).toBeNull()
})

it("draws what is no HTTP request on a scale of its own, and nothing of all requests where there were none", () => {
  const metric = "grpc_req_duration"
  const judged = salePlan({
    k6Scenarios: ["sale"],
    sla: resolveSla({ endpoints: { call: { metric } } }),
  })
  const calls = series(
    [
      [500, 4_000],
      [1_500, 5_000],
    ],
    { name: "call", metric, status: "0" },
  )
  const chartsOf = (samples: Parameters<typeof timelineOf>[0]) => {
    const frame = { timeline: timelineOf(samples, judged, window), window, hold: null }
    const metricOf = (name: string) => judged.sla.endpoints[name]?.metric
    const { each, overall } = latencyCharts(frame, { limitOf: () => null, metricOf })
    return [...each, ...overall, ...[trafficChart(frame)].filter((chart) => chart !== null)].map(
      ({ title, yMax }) => [title, yMax],
    )
  }
  expect(chartsOf([calls])).toEqual([["call, grpc_req_duration", 8_000]])
  expect(chartsOf([calls, series([[900, 40]], { name: "order" })])).toEqual([
    ["call, grpc_req_duration", 8_000],
    ["order", 50],
    ["All requests", 50],
    ["Requests", null],
  ])
})
