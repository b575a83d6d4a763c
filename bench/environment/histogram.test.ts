import { expect, it } from "vitest"

import { boundOf, parseBuckets } from "./histogram.ts"

const at = (...counts: number[]) =>
  parseBuckets(
    `# TYPE seen histogram
seen_bucket{le="0.1",process="worker"} ${counts[0]}
seen_bucket{le="0.5",process="worker"} ${counts[1]}
seen_bucket{le="+Inf",process="worker"} ${counts[2]}
seen_sum{process="worker"} 7
other_bucket{le="0.1"} 1`,
    "seen",
  )

it("reads the buckets of one histogram", () => {
  expect([...at(1, 2, 3)]).toEqual([
    [0.1, 1],
    [0.5, 2],
    [Infinity, 3],
  ])
})

it("bounds a quantile of what came between two looks from above", () => {
  expect(boundOf(0.99, at(0, 50, 50), at(99, 150, 150))).toBe(0.1)
  expect(boundOf(0.99, at(0, 50, 50), at(98, 150, 150))).toBe(0.5)
  expect(boundOf(0.5, at(0, 0, 0), at(1, 2, 9))).toBe(Infinity)
})

it("says nothing of nothing", () => {
  expect(boundOf(0.99, at(1, 2, 3), at(1, 2, 3))).toBeNull()
})
