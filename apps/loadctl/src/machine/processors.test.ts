import process from "node:process"

import { expect, it } from "vitest"

import { allowanceOf, parseCpuList, parseCpuMax } from "./processors.ts"

it.each([
  ["0", [0]],
  ["0-2,5", [0, 1, 2, 5]],
  ["3,7-8", [3, 7, 8]],
])("reads the list %s of processors", (list, processors) => {
  expect(parseCpuList(list)).toEqual(processors)
})

it.each([
  ["50000 100000\n", 0.5],
  ["400000 100000", 4],
  ["max 100000", null],
  ["-1 100000", null],
  ["undefined undefined", null],
  [null, null],
])("reads the quota %j", (text, processors) => {
  expect(parseCpuMax(text)).toBe(processors)
})

it("finds that this process may use some processors, and no more than there are", () => {
  const { processors, count } = allowanceOf(process.pid)
  expect(count).toBeGreaterThan(0)
  expect(count).toBeLessThanOrEqual(processors?.length ?? count)
})
