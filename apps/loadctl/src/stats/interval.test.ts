import { sortNumbers } from "@saleproof/sla/quantile.ts"
import { expect, it } from "vitest"

import { countsOver, intervalsOf, samplesToDecide } from "./interval.ts"

/** 1, 2, ... n: a value is its own rank. */
function ranks(n: number) {
  const sorted = sortNumbers(Array.from({ length: n }, (_, index) => index + 1))
  if (!sorted) throw new Error("no samples")
  return sorted
}

it("knows no upper end of p95 below 72 samples, nor of p99 below 368", () => {
  expect(intervalsOf(ranks(71)).p95[1]).toBeNull()
  expect(intervalsOf(ranks(72)).p95[1]).toBe(72)
  expect(intervalsOf(ranks(367)).p99[1]).toBeNull()
  expect(intervalsOf(ranks(368)).p99[1]).toBe(368)
  expect(intervalsOf(ranks(1)).p50).toEqual([null, null])
})

// R: qbinom(c(0.025, 0.975), n, p) + c(0, 1)
it.each([
  [100, [40, 61], [90, 100]],
  [1_000, [469, 532], [936, 964]],
  [20_000, [9_861, 10_140], [18_939, 19_061]],
])("takes the ranks of %i samples from the binomial distribution", (n, p50, p95) => {
  const intervals = intervalsOf(ranks(n))
  expect(intervals.p50).toEqual(p50)
  expect(intervals.p95).toEqual(p95)
})

it("holds the true percentile in 95 of 100 repetitions", () => {
  let seed = 1
  const random = () => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647
  const covers = Array.from({ length: 2_000 }, () => {
    const [low, high] = intervalsOf(sortNumbers(Array.from({ length: 200 }, random))!).p95
    return low! <= 0.95 && 0.95 <= high!
  })
  const share = covers.filter(Boolean).length / covers.length
  expect(share).toBeGreaterThan(0.94)
})

it("stays exact and quick for millions of samples", () => {
  const [low, high] = intervalsOf(ranks(5_000_000)).p95
  // 4,750,000 ± 1.96 standard deviations of 487.3
  expect(low).toBeCloseTo(4_750_000 - 955, -1)
  expect(high).toBeCloseTo(4_750_000 + 956, -1)
})

it("counts what exceeds a limit, the limit itself not included", () => {
  expect(countsOver(ranks(100), { p95: { limit: 95 }, max: { limit: 100 } })).toEqual({ p95: 5, max: 0 })
})

it("asks for more samples the closer the share is to what the quantile allows", () => {
  expect(samplesToDecide({ n: 100, over: 0, q: 0.95 })).toBe(73)
  expect(samplesToDecide({ n: 100, over: 10, q: 0.95 })).toBe(73)
  expect(samplesToDecide({ n: 1_000, over: 45, q: 0.95 })).toBe(7_300)
  expect(samplesToDecide({ n: 100, over: 5, q: 0.95 })).toBeNull()
})
