import { expect, it } from "vitest"

import { createRandom } from "./random.ts"

const draw = (seed: string) => {
  const random = createRandom(seed)
  return Array.from({ length: 20 }, () => random.between(0, 1_000_000))
}

it("repeats itself for the same seed and not for another", () => {
  expect(draw("7")).toEqual(draw("7"))
  expect(draw("7")).not.toEqual(draw("8"))
})

it("branches into streams that do not depend on what was drawn before", () => {
  const one = createRandom("7")
  one.between(0, 9)
  expect(one.branch("a").between(0, 1_000_000)).toBe(createRandom("7").branch("a").between(0, 1_000_000))
  expect(draw("7/a")).not.toEqual(draw("7/b"))
})

it("stays within its bounds and reaches both", () => {
  const random = createRandom("7")
  const drawn = new Set(Array.from({ length: 200 }, () => random.between(1, 3)))
  expect([...drawn].toSorted((a, b) => a - b)).toEqual([1, 2, 3])
})

it("shuffles without losing or repeating anything", () => {
  const entries = Array.from({ length: 50 }, (_, index) => index)
  const shuffled = createRandom("7").shuffled(entries)
  expect(shuffled).not.toEqual(entries)
  expect(shuffled.toSorted((a, b) => a - b)).toEqual(entries)
})
