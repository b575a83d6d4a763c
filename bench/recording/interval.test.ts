import { expect, it } from "vitest"

import { medianInterval } from "./interval.ts"

it("takes the third smallest and largest of twelve, and the extremes of six", () => {
  expect(medianInterval(Array.from({ length: 12 }, (_, index) => index + 1))).toEqual([3, 10])
  expect(medianInterval([6, 1, 5, 2, 4, 3])).toEqual([1, 6])
  expect(medianInterval([1, 2, 3, 4, 5])).toBeNull()
})
