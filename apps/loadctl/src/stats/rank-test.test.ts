import { expect, it } from "vitest"

import { rankTest, smallestP } from "./rank-test.ts"

it("gives the exact probability for a small example without ties", () => {
  // Three against three with no overlap: 2 of the 20 ways to deal the ranks are this uneven.
  expect(rankTest([1, 2, 3], [4, 5, 6])).toEqual({ u: 9, superiority: 1, p: 2 / 20 })
})

it("agrees with a published exact result for samples with ties", () => {
  // Example of NAG's g08ah: U = 86, lower exact tail 0.0020 for 16 against 23 with ties.
  const one = [13, 6, 12, 7, 12, 7, 10, 7, 10, 7, 16, 7, 10, 8, 9, 8]
  const other = [17, 6, 10, 8, 15, 8, 15, 10, 15, 10, 14, 10, 14, 11, 14, 11, 13, 12, 13, 12, 13, 12, 12]
  const test = rankTest(other, one)
  expect(test?.u).toBe(86)
  expect((test?.p ?? 0) / 2).toBeCloseTo(0.002, 3)
})

it("sees no tendency in constant data", () => {
  expect(rankTest([5, 5, 5], [5, 5, 5, 5])).toEqual({ u: 6, superiority: 0.5, p: 1 })
})

it("mirrors itself when the sides are swapped", () => {
  const [one, other] = [
    [1, 4, 4, 9],
    [3, 4, 7, 8, 12],
  ]
  expect(rankTest(one, other)?.p).toBeCloseTo(rankTest(other, one)?.p ?? Number.NaN, 12)
  expect((rankTest(one, other)?.superiority ?? 0) + (rankTest(other, one)?.superiority ?? 0)).toBeCloseTo(
    1,
    12,
  )
})

it("cannot show anything with one figure a side", () => {
  expect(rankTest([1], [100])).toEqual({ u: 1, superiority: 1, p: 1 })
})

it("has nothing to say about an empty group", () => {
  expect(rankTest([], [1, 2])).toBeNull()
  expect(rankTest([1, 2], [])).toBeNull()
})

it("tells how small its p can get, so that too few rounds are recognised", () => {
  expect(smallestP(3, 3)).toBeCloseTo(0.1, 12)
  expect(smallestP(4, 4)).toBeCloseTo(2 / 70, 12)
  expect(smallestP(1, 1)).toBe(1)
})
