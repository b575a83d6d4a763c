import { expect, it } from "vitest"

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
