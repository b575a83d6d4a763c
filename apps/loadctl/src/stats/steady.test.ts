import { expect, it } from "vitest"

import { inFlightOf, isFallingBehind } from "./steady.ts"

/** Even arrivals at a server with one worker, first come first served, for a while. */
function served(perSecond: number, capacity: number, seconds: number) {
  const from = Array.from({ length: perSecond * seconds }, (_, index) => (index / perSecond) * 1_000)
  let free = 0
  const to = from.map((start) => (free = Math.max(free, start) + 1_000 / capacity))
  return { from, to }
}

it("counts who is in flight as a look at every millisecond does", () => {
  const flights = { from: [0, 100, 250, 900], to: [300, 450, 1_400, 1_000] }
  const window = { from: 0, to: 1_200 }
  const looked = Array.from({ length: 6 }, (_, stretch) => {
    const moments = Array.from({ length: 200 }, (_, ms) => stretch * 200 + ms + 0.5)
    const counts = moments.map(
      (at) => flights.from.filter((from, i) => from <= at && flights.to[i]! > at).length,
    )
    return counts.reduce((sum, count) => sum + count, 0) / 200
  })
  expect(inFlightOf(flights, window)).toEqual(looked.map((mean) => expect.closeTo(mean, 9)))
})

it("sees that 119 per second are more than a server of 100 per second completes", () => {
  const window = { from: 0, to: 5_000 }
  const behind = (load: number) => isFallingBehind(inFlightOf(served(load, 100, 5), window), load * 5)
  expect([119, 105, 101].map(behind)).toEqual([true, true, true])
  expect([100, 90, 20].map(behind)).toEqual([false, false, false])
})

it("takes ups and downs for what they are", () => {
  expect(isFallingBehind([4, 9, 3, 12, 5, 11], 600)).toBe(false)
  expect(isFallingBehind([4, 5, 6, 7, 8, 9], 600)).toBe(true)
  expect(isFallingBehind([4, 4.1, 4.2, 4.3, 4.4, 4.5], 600)).toBe(false)
})
