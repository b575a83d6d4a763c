import { expect, it } from "vitest"

import { bestSplit, changePoints } from "./change-points.ts"
import { seededRandom } from "./random.ts"

const OPTIONS = { alpha: 0.01, permutations: 499, seed: 1 }

/** Runs around a level that follows `at`, with 3 % noise. */
function series(length: number, at: (index: number) => number, seed: number): number[] {
  const random = seededRandom(seed)
  return Array.from({ length }, (_, index) => Math.log(at(index)) + 0.03 * random.normal())
}

/** The energy distance by its definition, every mean written out. */
function naiveEnergy(values: number[], index: number): number {
  const mean = (pairs: number[]) => pairs.reduce((sum, value) => sum + value, 0) / pairs.length
  const [x, y] = [values.slice(0, index), values.slice(index)]
  const between = x.flatMap((a) => y.map((b) => Math.abs(a - b)))
  const within = (z: number[]) => z.flatMap((a, i) => z.filter((_, j) => j !== i).map((b) => Math.abs(a - b)))
  return ((x.length * y.length) / values.length) * (2 * mean(between) - mean(within(x)) - mean(within(y)))
}

it.each([1, 2, 3])("splits where the energy distance counted by hand is largest (%i)", (seed) => {
  const values = series(9, (index) => (index < 4 ? 100 : 110), seed)
  const energies = [3, 4, 5, 6].map((index) => naiveEnergy(values, index))
  const best = Math.max(...energies)
  expect(bestSplit(values)).toEqual({ index: 3 + energies.indexOf(best), energy: expect.closeTo(best, 9) })
})

it("dates a step to the run, and a second one too", () => {
  const found = changePoints(
    series(40, (i) => (i < 15 ? 100 : i < 28 ? 120 : 90), 4),
    OPTIONS,
  )
  expect(found.map(({ index }) => index)).toEqual([15, 28])
  expect(found.every(({ p }) => p <= 0.01)).toBe(true)
})

it("sees a slow drift over ten runs, of which no single run differs from the one before", () => {
  const drift = (i: number) => 100 * 1.02 ** Math.min(10, Math.max(0, i - 12))
  const found = changePoints(series(34, drift, 5), OPTIONS)
  expect(found.length).toBeGreaterThanOrEqual(1)
  expect(found.every(({ index }) => index >= 12 && index <= 23)).toBe(true)
})

it("finds nothing in 99 of 100 histories of the same thing", () => {
  const called = Array.from({ length: 60 }, (_, trial) =>
    changePoints(
      series(20, () => 100, trial + 10),
      { alpha: 0.01, permutations: 199, seed: 1 },
    ),
  ).filter((found) => found.length > 0)
  expect(called.length).toBeLessThanOrEqual(3)
})

it("says nothing about a handful of runs", () => {
  expect(changePoints([1, 2, 9, 9, 9], OPTIONS)).toEqual([])
  expect(bestSplit([1, 2, 3, 4, 5])).toBeNull()
})
