import { expect, it } from "vitest"

import { seededRandom } from "./random.ts"
import { slowPartP } from "./slow-part.ts"

const BASE = [0, 0.03, -0.04, 0.06, 0.01, -0.05]

it("sees a service that is five times slower in half of its runs", () => {
  const five = Math.log(5)
  const candidate = [0.02, five, -0.03, five + 0.05, 0.01, five - 0.04]
  expect(slowPartP(BASE, candidate, 0.01)).toBeLessThan(1e-5)
})

it("leaves fewer than half alone", () => {
  expect(slowPartP(BASE, [0.02, Math.log(5), 0, 0.01, -0.02, 0.03], 0.01)).toBeGreaterThan(0.1)
})

it("bounds how often equals look like that", () => {
  const random = seededRandom(4)
  const runs = () => Array.from({ length: 4 }, () => 0.05 * random.normal())
  const ps = Array.from({ length: 2_000 }, () => slowPartP(runs(), runs(), 0.001))
  for (const level of [0.2, 0.05, 0.01])
    expect(ps.filter((p) => p <= level).length / ps.length).toBeLessThanOrEqual(level)
})

it("says nothing of a base that was run once", () => {
  expect(slowPartP([0], [5, 5], 0.01)).toBe(1)
})
