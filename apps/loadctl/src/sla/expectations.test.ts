import { describe, expect, it } from "vitest"

import { figures, k6Facts, measurement } from "../../test/fixtures/evidence.ts"
import { applyExpectation } from "./expectations.ts"

const BASE = { title: "t", level: "fail", max: 0 } as const
const k6 = k6Facts({
  metrics: { order_refused: { count: 30 }, order_time: { avg: 3, p95: 9 } },
  declaredMetrics: ["order_broken"],
})

describe("an expectation of a metric", () => {
  const metric = (name: string, value = "count") =>
    applyExpectation({ ...BASE, metric: name, value }, measurement({ k6 }))

  it("is judged by its figure, and by 0 where a counter that exists was never added to", () => {
    expect(metric("order_refused")).toMatchObject({ outcome: "fail", actual: 30 })
    expect(metric("order_broken")).toMatchObject({ outcome: "pass", actual: 0 })
    expect(metric("dropped_iterations")).toMatchObject({ outcome: "pass", actual: 0 })
  })

  it("is no data where no metric has that name, with the one that was meant", () => {
    expect(metric("order_refusedd")).toEqual({
      title: "t",
      wanted: "at most 0",
      level: "fail",
      outcome: "no-data",
      actual: null,
      reason:
        "no metric is named order_refusedd. Did you mean order_refused? There are these metrics: order_refused, order_time.",
    })
  })

  it("is no data where the metric has no such figure", () => {
    expect(metric("order_time", "p99")).toMatchObject({
      outcome: "no-data",
      reason: expect.stringContaining("Did you mean p95?"),
    })
  })
})

describe("an expectation of a status", () => {
  const status = (endpoint: string) =>
    applyExpectation({ ...BASE, endpoint, status: 500 }, measurement({ endpoints: [figures()] }))

  it("is 0 of an endpoint that never answered it, and no data of one that does not exist", () => {
    expect(status("order")).toMatchObject({ outcome: "pass", actual: 0 })
    expect(status("ordr")).toMatchObject({
      outcome: "no-data",
      reason: expect.stringContaining("Did you mean order?"),
    })
  })
})
