import { expect, it } from "vitest"

import { knee } from "./knee.ts"

const curve = (...ys: number[]) => ys.map((y, index) => ({ x: (index + 1) * 100, y }))

it("is where latency starts to climb", () => {
  expect(knee(curve(10, 11, 12, 14, 60, 200))).toEqual({ x: 400, y: 14 })
})

it("does not depend on the order of the measurements", () => {
  expect(knee(curve(10, 11, 12, 14, 60, 200).toReversed())).toEqual({ x: 400, y: 14 })
})

it("is nowhere on a straight line, on a flat one or on a falling one", () => {
  expect(knee(curve(10, 20, 30, 40))).toBeNull()
  expect(knee(curve(10, 10, 10))).toBeNull()
  expect(knee(curve(30, 20, 10))).toBeNull()
})

it("needs three loads", () => {
  expect(knee([])).toBeNull()
  expect(knee(curve(10))).toBeNull()
  expect(knee(curve(10, 100))).toBeNull()
  expect(knee([...curve(10, 64), ...curve(9, 20)])).toBeNull()
})

it("takes the median of a load that was measured more than once", () => {
  const again = [500, 11, 13].map((y) => ({ x: 300, y }))
  expect(knee([...curve(10, 11, 12, 14, 60, 200), ...again])).toEqual({ x: 400, y: 14 })
})

it("shows no knee where latency hardly changes", () => {
  const flat = [84.6, 85.7, 86.2].map((y, index) => ({ x: 20 * 2 ** index, y }))
  expect(knee(flat)).toBeNull()
})
