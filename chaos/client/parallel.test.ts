import { setImmediate as turn } from "node:timers/promises"

import { expect, it } from "vitest"

import { inParallel } from "./parallel.ts"

it("answers in the order of the items, and never works on more at a time than it may", async () => {
  let underWay = 0
  let mostUnderWay = 0
  const work = async (item: number) => {
    mostUnderWay = Math.max(mostUnderWay, ++underWay)
    for (let turns = 10 - item; turns > 0; turns--) await turn()
    underWay--
    return item * 2
  }
  expect(await inParallel([1, 2, 3, 4, 5, 6, 7], { most: 3, work })).toEqual([2, 4, 6, 8, 10, 12, 14])
  expect(mostUnderWay).toBe(3)
})

it("has nothing to do for no items, and fails when one fails", async () => {
  expect(await inParallel([], { most: 3, work: (item) => Promise.resolve(item) })).toEqual([])
  await expect(inParallel([1, 2], { most: 1, work: () => Promise.reject(new Error("no")) })).rejects.toThrow(
    "no",
  )
})
