import { expect, it } from "vitest"

import { incompleteBeta, normalQuantile, studentCdf, studentQuantile } from "./student.ts"

// Abramowitz and Stegun, Handbook of Mathematical Functions (1964), table 26.10.
it.each([
  [1, 0.975, 12.706],
  [4, 0.975, 2.776],
  [7, 0.95, 1.895],
  [10, 0.995, 3.169],
  [30, 0.975, 2.042],
])("has Student's quantiles of the printed table: %i degrees, %f", (degrees, p, t) => {
  expect(studentQuantile(p, degrees)).toBeCloseTo(t, 3)
  expect(studentQuantile(1 - p, degrees)).toBeCloseTo(-t, 3)
})

it("adds up Student's density by hand", () => {
  // With 3 degrees: 2 / (π√3 (1 + t²/3)²), by the midpoint rule from far below.
  const density = (t: number): number => 2 / (Math.PI * Math.sqrt(3) * (1 + (t * t) / 3) ** 2)
  let total = 0
  for (let t = -200; t < 1.5; t += 0.001) total += density(t + 0.0005) * 0.001
  expect(studentCdf(1.5, 3)).toBeCloseTo(total, 5)
  expect(studentCdf(0, 3)).toBe(0.5)
  expect(studentCdf(Number.POSITIVE_INFINITY, 3)).toBe(1)
})

it("has the binomial sums as incomplete beta function", () => {
  // I_p(k, n − k + 1) is the probability of k successes or more of n.
  const choose = [1, 5, 10, 10, 5, 1]
  const p = 0.3
  const tail = [3, 4, 5].reduce((sum, k) => sum + choose[k]! * p ** k * (1 - p) ** (5 - k), 0)
  expect(incompleteBeta(p, 3, 3)).toBeCloseTo(tail, 12)
  expect([incompleteBeta(0, 2, 2), incompleteBeta(1, 2, 2)]).toEqual([0, 1])
})

it("has the normal quantiles that everybody knows", () => {
  expect(normalQuantile(0.975)).toBeCloseTo(1.959964, 5)
  expect(normalQuantile(0.9)).toBeCloseTo(1.281552, 5)
  expect(() => normalQuantile(1)).toThrow("between 0 and 1")
})
