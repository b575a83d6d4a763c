import { expect, it } from "vitest"

import { median, noiseFloor } from "./noise-floor.ts"

it("is the largest difference between two halves of the same side", () => {
  expect(noiseFloor([10, 14])).toBe(4)
  // {10, 12} against {14, 30} is the worst of the three halvings: 11 against 22.
  expect(noiseFloor([14, 10, 30, 12])).toBe(11)
})

it("deals an odd number of rounds into unequal halves", () => {
  expect(noiseFloor([10, 10, 16])).toBe(6)
})

it("is nothing for rounds that are all alike", () => {
  expect(noiseFloor([3, 3, 3, 3])).toBe(0)
})

it("is unknown with fewer than two rounds", () => {
  expect(noiseFloor([])).toBeNull()
  expect(noiseFloor([10])).toBeNull()
})

it("refuses more rounds than it can deal", () => {
  expect(() => noiseFloor(Array.from({ length: 21 }, () => 1))).toThrow(RangeError)
})

it("takes the middle of an even number between the two middle ones", () => {
  expect(median([4, 1, 3, 2])).toBe(2.5)
  expect(median([])).toBeNaN()
})
