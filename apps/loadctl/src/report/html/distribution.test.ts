import { expect, it } from "vitest"

import { series } from "../../../test/fixtures/evidence.ts"
import { salePlan } from "../../../test/support/reports.ts"
import { distributionOf } from "./distribution.ts"

const plan = salePlan({ k6Scenarios: ["sale"] })

it("shows which share of the judged requests is how slow, on the same bins for all", () => {
  const samples = [
    series([
      [1, 1.05],
      [2, 1.1],
      [3, 105],
    ]),
    series([[4, 1.1]], { name: "other" }),
  ]
  const found = distributionOf(samples, plan, null)
  expect(found?.min).toBeCloseTo(1)
  expect(found?.max).toBeCloseTo(100 * 10 ** (1 / 12))
  expect(found?.rows.map(({ name, n }) => [name, n])).toEqual([
    ["overall", 4],
    ["order", 3],
    ["other", 1],
  ])
  const shares = found?.rows[1]?.outline.map(([, percent]) => percent) ?? []
  // The outline ends with its last bin's height once more, at the bin's upper end.
  expect(shares.slice(0, -1).reduce((sum, share) => sum + share, 0)).toBeCloseTo(100)
  expect([shares[0], shares.at(-1)]).toEqual([expect.closeTo(66.67, 1), expect.closeTo(33.33, 1)])
})

it("leaves out setup and what the plan does not judge", () => {
  const samples = [
    series([[1, 900]], { scenario: "" }),
    series([[1, 900]], { phase: "warmup" }),
    series([[2, 10]], { phase: "hold" }),
  ]
  const judged = distributionOf(samples, { ...plan, judge: "hold" }, { from: 0, to: 10 })
  expect(judged?.rows[0]).toMatchObject({ name: "overall", n: 1 })
  expect(judged?.max).toBeLessThan(20)
})

it("is nothing where nothing was judged", () => {
  expect(distributionOf([series([])], plan, null)).toBeNull()
})
