import { expect, it } from "vitest"

import { correctOmission, expectedInterval } from "./omission.ts"
import { quantile, sortNumbers } from "@saleproof/sla/quantile.ts"
import type { Sorted } from "@saleproof/sla/quantile.ts"

function sorted(...values: number[]): Sorted {
  const found = sortNumbers(values)
  if (!found) throw new Error("values are needed")
  return found
}

it("adds what a stalled user would have sent, each waiting one interval less", () => {
  expect([...correctOmission(sorted(10, 1_000), 250)]).toEqual([10, 250, 500, 750, 1_000])
})

it("adds nothing for a response within two intervals", () => {
  expect([...correctOmission(sorted(10, 499), 250)]).toEqual([10, 499])
  expect([...correctOmission(sorted(500), 250)]).toEqual([250, 500])
})

it("brings a stall back into the p95 that a closed model hides", () => {
  // 100 users at 10 requests per second each for a minute, of which 5 seconds stand still.
  const measured = sorted(
    ...Array.from({ length: 55_000 }, () => 50),
    ...Array.from({ length: 100 }, () => 5_000),
  )
  expect(quantile(measured, 0.95)).toBe(50)
  expect(quantile(correctOmission(measured, 100), 0.95)).toBeGreaterThan(1_500)
})

it("leaves the measurement alone when there is no interval", () => {
  const measured = sorted(1, 1_000)
  expect(correctOmission(measured, 0)).toBe(measured)
  expect(correctOmission(measured, Number.NaN)).toBe(measured)
})

it("bounds what it adds and keeps the slowest", () => {
  const corrected = correctOmission(sorted(...Array.from({ length: 50 }, () => 60_000)), 1)
  expect(corrected.length).toBeLessThan(350_000)
  expect(quantile(corrected, 1)).toBe(60_000)
})

it("expects a user to call an endpoint as often as its median iteration does", () => {
  expect(expectedInterval({ iterationMedianMs: 1_100, iterations: 300, requests: 300 })).toBe(1_100)
  expect(expectedInterval({ iterationMedianMs: 1_100, iterations: 300, requests: 600 })).toBe(550)
  expect(expectedInterval({ iterationMedianMs: null, iterations: 300, requests: 300 })).toBeNull()
  expect(expectedInterval({ iterationMedianMs: 10, iterations: 0, requests: 0 })).toBeNull()
})
