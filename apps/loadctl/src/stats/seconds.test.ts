import { expect, it } from "vitest"

import { resolveSla } from "@saleproof/sla/resolve.ts"
import { sla } from "../../test/fixtures/evidence.ts"
import type { SampleSeries } from "../recorder/recording.ts"
import { secondsOf } from "./seconds.ts"

function series(name: string, points: readonly [at: number, ms: number][], status = "200"): SampleSeries {
  return {
    scenario: "steady",
    phase: "",
    name,
    status,
    expected: status === "200",
    errorCode: "",
    at: Float64Array.from(points, ([at]) => at),
    ms: Float64Array.from(points, ([, ms]) => ms),
  }
}

it("tells the seconds in which an endpoint kept its limits from those in which it did not", () => {
  const samples = [
    series("order", [
      [1_100, 50],
      [1_900, 60],
      [2_500, 900],
      [3_200, 40],
    ]),
    series("order", [[4_500, 10]], "500"),
    series("list", [[2_100, 20]]),
    { ...series("other", [[2_100, 9_000]]), scenario: "another" },
  ]
  const seconds = secondsOf(samples, { sla: sla(), k6Scenarios: ["steady"] })
  expect(seconds["order"]).toEqual({ good: [1, 3], bad: [2, 4] })
  expect(seconds["list"]).toEqual({ good: [2], bad: [] })
  expect(seconds["overall"]).toEqual({ good: [1, 3], bad: [2, 4] })
  expect(seconds["other"]).toBeUndefined()
})

it("has the seconds of calls that are no HTTP request, apart from those of all requests", () => {
  const metric = "grpc_req_duration"
  const judged = resolveSla({ each: { p95: 100 }, endpoints: { call: { metric, p95: 100 } } })
  const samples = [
    series("list", [[1_100, 20]]),
    { ...series("call", [[1_200, 20]]), metric } as const,
    { ...series("call", [[2_200, 900]]), metric } as const,
    { ...series("unasked", [[3_200, 900]]), metric } as const,
  ]
  expect(secondsOf(samples, { sla: judged, k6Scenarios: ["steady"] })).toEqual({
    list: { good: [1], bad: [] },
    overall: { good: [1], bad: [] },
    call: { good: [1], bad: [2] },
  })
})
