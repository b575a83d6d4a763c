import { expect, it } from "vitest"

import { abba } from "./order.ts"

const sides = (rounds: number): string =>
  abba(rounds)
    .map(({ side }) => side)
    .join("")

it("lets the sides take turns in going first", () => {
  expect(sides(1)).toBe("ab")
  expect(sides(2)).toBe("abba")
  expect(sides(5)).toBe("abbaabbaab")
})

it("gives a steady drift to both sides alike when the rounds are even", () => {
  const places = abba(6).map(({ side }, index) => (side === "a" ? index : -index))
  expect(places.reduce((sum, place) => sum + place, 0)).toBe(0)
})

it("counts rounds from one, one run of each side in each", () => {
  expect(abba(2)).toEqual([
    { round: 1, side: "a" },
    { round: 1, side: "b" },
    { round: 2, side: "b" },
    { round: 2, side: "a" },
  ])
  expect(abba(0)).toEqual([])
})
