import { expect, test } from "vitest"

import { median, spread } from "./statistics.ts"

test("the median of an even number of values lies between the two in the middle", () => {
  expect(median([4, 1, 3, 2])).toBe(2.5)
  expect(median([9, 1, 5])).toBe(5)
})

test("the spread is the distance of the extremes as a share of the median", () => {
  expect(spread([90, 100, 120])).toBeCloseTo(0.3)
  expect(spread([0, 0])).toBe(0)
})
