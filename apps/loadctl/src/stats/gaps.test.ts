import { expect, it } from "vitest"

import { series } from "../../test/fixtures/evidence.ts"
import { findGaps } from "./gaps.ts"

const window = { from: 0, to: 60_000 }
const steady = (everyMs: number, gap: [number, number] = [0, 0]) =>
  Array.from({ length: 60_000 / everyMs }, (_, index): [number, number] => [(index + 1) * everyMs, 5]).filter(
    ([at]) => at <= gap[0] || at >= gap[1],
  )

it("finds where nobody was answered for more than two seconds", () => {
  expect(findGaps([series(steady(100, [20_000, 23_500]))], window)).toEqual([{ from: 20_000, ms: 3_500 }])
})

it("finds a gap at the end, and one that only both endpoints together make", () => {
  const [one, other] = [series(steady(100, [50_000, 60_000])), series(steady(200, [50_000, 60_000]))]
  expect(findGaps([one, other], window)).toEqual([{ from: 50_000, ms: 10_000 }])
  expect(findGaps([one, series(steady(200))], window)).toEqual([])
})

it("finds none in a pause of two seconds, nor in a load that is thin by design", () => {
  expect(findGaps([series(steady(100, [20_000, 22_000]))], window)).toEqual([])
  expect(findGaps([series(steady(4_000))], window)).toEqual([])
})

it("finds none outside of the window, nor without one", () => {
  expect(findGaps([series(steady(100, [20_000, 25_000]))], { from: 26_000, to: 60_000 })).toEqual([])
  expect(findGaps([], null)).toEqual([])
})
