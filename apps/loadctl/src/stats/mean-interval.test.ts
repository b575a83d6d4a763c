import { expect, it } from "vitest"

import { meanInterval, welchInterval } from "./mean-interval.ts"
import { seededRandom } from "./random.ts"

it("gives Welch's interval of a worked example", () => {
  // Means 2 and 6, variances 1 and 4 of three each: error √(5/3), degrees (5/3)² / (1/18 + 16/18).
  const interval = welchInterval([1, 2, 3], [4, 6, 8], 0.95)
  const degrees = (5 / 3) ** 2 / (1 / 18 + 16 / 18)
  expect(degrees).toBeCloseTo(2.941, 3)
  // t of 0.975 at 2.941 degrees is 3.217.
  expect(interval?.low).toBeCloseTo(4 - 3.217 * Math.sqrt(5 / 3), 1)
  expect(interval?.high).toBeCloseTo(4 + 3.217 * Math.sqrt(5 / 3), 1)
})

it("covers the truth in 95 of 100 with only four runs a side, and shrinks with their number", () => {
  const random = seededRandom(3)
  const group = (size: number, spread: number) => Array.from({ length: size }, () => spread * random.normal())
  const study = (size: number) => {
    let [covered, width] = [0, 0]
    for (let trial = 0; trial < 1_000; trial += 1) {
      const { low, high } = welchInterval(group(size, 1), group(size, 2), 0.95)!
      if (low <= 0 && high >= 0) covered += 1
      width += (high - low) / 1_000
    }
    return { covered, width }
  }
  const [four, sixteen] = [study(4), study(16)]
  expect(four.covered).toBeGreaterThanOrEqual(935)
  expect(sixteen.covered).toBeGreaterThanOrEqual(930)
  expect(sixteen.width).toBeLessThan(four.width / 2)
})

it("gives a mean's interval, or none with a single value", () => {
  // Mean 2, standard deviation 1 of three: 2 ± 4.303 / √3.
  expect(meanInterval([1, 2, 3], 0.95)?.high).toBeCloseTo(2 + 4.303 / Math.sqrt(3), 3)
  expect(meanInterval([1], 0.95)).toBeNull()
  expect(welchInterval([1], [1, 2], 0.95)).toBeNull()
  expect(welchInterval([1, 1], [2, 2], 0.95)).toEqual({ low: 1, high: 1 })
})
