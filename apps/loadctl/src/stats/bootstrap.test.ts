import { expect, it } from "vitest"

import { bootstrapDifferences } from "./bootstrap.ts"
import type { Drawable } from "./bootstrap.ts"

const options = { resamples: 500, confidence: 0.95, seed: 1 }

function means(values: readonly number[]): Drawable {
  return {
    units: values.length,
    figures: (weights) => [
      values.reduce((sum, value, index) => sum + value * weights[index]!, 0) / values.length,
    ],
  }
}

it("encloses the true difference of two means", () => {
  const base = means([9, 10, 11, 10, 9, 11, 10, 10])
  const candidate = means([14, 15, 16, 15, 14, 16, 15, 15])
  const [interval] = bootstrapDifferences(base, candidate, options)
  expect(interval?.low).toBeGreaterThan(4)
  expect(interval?.low).toBeLessThan(5)
  expect(interval?.high).toBeGreaterThan(5)
  expect(interval?.high).toBeLessThan(6)
})

it("gives the same interval for the same seed and another one for another", () => {
  const sides = [means([1, 5, 9, 2]), means([2, 8, 3, 3])] as const
  const again = bootstrapDifferences(...sides, options)
  expect(bootstrapDifferences(...sides, options)).toEqual(again)
  expect(bootstrapDifferences(...sides, { ...options, seed: 2 })).not.toEqual(again)
})

it("has no width for constant data", () => {
  expect(bootstrapDifferences(means([5, 5, 5]), means([7, 7, 7]), options)).toEqual([{ low: 2, high: 2 }])
})

it("has no width for one unit a side, whatever it hides", () => {
  expect(bootstrapDifferences(means([5]), means([8]), options)).toEqual([{ low: 3, high: 3 }])
})

it("gives no interval without units or where draws have no figure", () => {
  const nothing: Drawable = { units: 2, figures: () => [null] }
  expect(bootstrapDifferences(means([]), means([1]), options)).toEqual([])
  expect(bootstrapDifferences(means([1, 2]), nothing, options)).toEqual([null])
})
