import { expect, it } from "vitest"

import { inTurns, sideNames } from "./order.ts"

const order = (rounds: number, count = 2): string =>
  inTurns(rounds, sideNames(count))
    .map(({ side }) => side)
    .join("")

it("lets the sides take turns in going first", () => {
  expect(order(1)).toBe("ab")
  expect(order(2)).toBe("abba")
  expect(order(5)).toBe("abbaabbaab")
})

it("takes more than two sides there and back", () => {
  expect(order(1, 4)).toBe("abcd")
  expect(order(3, 4)).toBe("abcddcbaabcd")
})

it("gives a steady drift to every side alike when the rounds are even", () => {
  const slots = inTurns(6, sideNames(4))
  const placesOf = (name: string) => slots.flatMap(({ side }, index) => (side === name ? index : []))
  const sums = sideNames(4).map((name) => placesOf(name).reduce((sum, place) => sum + place, 0))
  expect(new Set(sums).size).toBe(1)
})

it("counts rounds from one, one run of each side in each", () => {
  expect(inTurns(2, ["a", "b"])).toEqual([
    { round: 1, side: "a" },
    { round: 1, side: "b" },
    { round: 2, side: "b" },
    { round: 2, side: "a" },
  ])
  expect(inTurns(0, ["a", "b"])).toEqual([])
})
