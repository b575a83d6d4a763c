import { describe, expect, it } from "vitest"

import { quantile, sortNumbers } from "./quantile.ts"

function quantileOf(values: number[], q: number): number {
  return quantile(sortNumbers(values)!, q)
}

describe("quantile", () => {
  it("interpolates between neighbors as k6 does", () => {
    const oneToTen = [10, 9, 8, 7, 6, 5, 4, 3, 2, 1]
    expect(quantileOf(oneToTen, 0.95)).toBeCloseTo(9.55, 10)
    expect(quantileOf(oneToTen, 0.5)).toBe(5.5)
  })

  it("is the extreme at 0 and 1", () => {
    expect([quantileOf([3, 1, 2], 0), quantileOf([3, 1, 2], 1)]).toEqual([1, 3])
  })

  it("is the value itself when there is only one", () => {
    expect([0, 0.5, 0.99, 1].map((q) => quantileOf([7], q))).toEqual([7, 7, 7, 7])
  })

  it("does not exist below 0 or above 1", () => {
    expect(() => quantileOf([1, 2], 1.5)).toThrow("between 0 and 1")
  })

  it("has nothing to say about nothing", () => {
    expect(sortNumbers([])).toBeNull()
  })

  it("sorts by number, not by text", () => {
    expect(quantileOf([10, 9, 100], 1)).toBe(100)
  })
})
