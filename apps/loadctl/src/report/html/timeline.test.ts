import { expect, it } from "vitest"

import { series } from "../../../test/fixtures/evidence.ts"
import { salePlan } from "../../../test/support/reports.ts"
import { stepOf, timelineOf } from "./timeline.ts"

const plan = salePlan({ k6Scenarios: ["sale"] })

it.each([
  [0.4, 0.1],
  [3, 0.2],
  [10, 0.5],
  [17, 1],
  [180, 1],
  [181, 2],
  [3_600, 30],
  [86_400, 600],
])("cuts a run of %d s into steps of %d s", (seconds, step) => {
  expect(stepOf(seconds)).toBe(step)
})

it("puts the percentiles and failures of each stretch in its middle, and nothing where nothing ended", () => {
  const samples = [
    series([
      [100, 10],
      [900, 30],
      [2_500, 50],
    ]),
    series([[3_000, 9]], { name: "other", status: "500", expected: false }),
  ]
  const { rows, stepS, seconds } = timelineOf(samples, plan, { from: 0, to: 3_000 })
  expect([stepS, seconds]).toEqual([0.2, 3])
  expect(rows.map(({ name, points }) => [name, points.length])).toEqual([
    ["order", 15],
    ["other", 15],
    ["overall", 15],
  ])
  const [order, , overall] = rows
  expect(order?.points[0]).toEqual({ at: 0.1, n: 1, failed: 0, seconds: 0.2, p50: 10, p95: 10, p99: 10 })
  expect(order?.points[1]).toMatchObject({ n: 0, p50: null, p95: null, p99: null })
  expect(overall?.points.reduce((sum, { n }) => sum + n, 0)).toBe(4)
  expect(overall?.points.at(-1)).toMatchObject({ n: 1, failed: 1 })
})

it("makes all stretches equally long, so that the last one is no stump", () => {
  const lengths = timelineOf([series([[1, 1]])], plan, { from: 0, to: 17_700 }).rows[0]?.points.map(
    ({ seconds }) => seconds,
  )
  expect(new Set(lengths)).toEqual(new Set([17.7 / 18]))
})
