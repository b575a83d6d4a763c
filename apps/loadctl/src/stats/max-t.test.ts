import { expect, it } from "vitest"

import { dealCount, dealtStatistics, twoSampleStatistics } from "./deals.ts"
import { stepDownMaxT } from "./max-t.ts"
import { seededRandom } from "./random.ts"
import { flippedStatistics, pairedStatistics, smallestFlipP } from "./sign-flips.ts"
import { mean, variance } from "./spread.ts"

/** Every subset of `count` as bits. */
const subsets = (count: number) => Array.from({ length: 2 ** count }, (_, bits) => bits)
const has = (bits: number, index: number): boolean => ((bits >> index) & 1) === 1

/** The two-sample t by its textbook definition. */
function naiveT(base: number[], candidate: number[], floor: number): number {
  const [n, m] = [base.length, candidate.length]
  const pooled = ((n - 1) * variance(base) + (m - 1) * variance(candidate)) / (n + m - 2)
  return (mean(candidate) - mean(base)) / ((Math.sqrt(pooled) + floor) * Math.sqrt(1 / n + 1 / m))
}

/**
 * The step-down by its definition: for the figure of rank k, the share of arrangements in which the largest statistic of
 * the figures from rank k on is as large, and no smaller than the share of the rank before.
 */
function naiveAdjusted(observed: number[], arrangements: number[][]): number[] {
  const ranks = observed
    .map((_, figure) => figure)
    .toSorted((a, b) => Math.abs(observed[b]!) - Math.abs(observed[a]!))
  const raw = ranks.map((figure, rank) => {
    const rest = ranks.slice(rank)
    const extreme = arrangements.filter(
      (one) => Math.max(...rest.map((other) => Math.abs(one[other]!))) >= Math.abs(observed[figure]!) - 1e-9,
    )
    return extreme.length / arrangements.length
  })
  return observed.map((_, figure) => Math.max(...raw.slice(0, ranks.indexOf(figure) + 1)))
}

function drawn(seed: number, figures: number, runs: number): number[][] {
  const random = seededRandom(seed)
  return Array.from({ length: figures }, () => Array.from({ length: runs }, () => random.normal()))
}

it.each([1, 2, 3])("adjusts the p of two groups as every deal counted by hand does (%i)", (seed) => {
  const [base, candidate] = [4, 3]
  const values = drawn(seed, 3, base + candidate).map((own) =>
    own.map((value, run) => value + (run >= base ? seed : 0)),
  )
  const split = (own: number[], bits: number) => [
    own.filter((_, run) => !has(bits, run)),
    own.filter((_, run) => has(bits, run)),
  ]
  const deals = subsets(base + candidate).filter((bits) => split(values[0]!, bits)[1]!.length === candidate)
  const statistics = (bits: number) =>
    values.map((own) => {
      const [before, after] = split(own, bits)
      return naiveT(before!, after!, 0.01)
    })
  const groups = { values, base, candidate }
  const observed = twoSampleStatistics(groups, 0.01)
  const expected = statistics(0b1110000)
  expect([...observed]).toEqual(expected.map((value) => expect.closeTo(value, 9)))
  expect(stepDownMaxT(observed, dealtStatistics(groups, 0.01, 1))).toEqual(
    naiveAdjusted(expected, deals.map(statistics)).map((p) => expect.closeTo(p, 12)),
  )
})

it.each([1, 2, 3])("adjusts the p of rounds as every sign flip counted by hand does (%i)", (seed) => {
  const values = drawn(seed, 4, 6).map((own) => own.map((value) => value + seed / 2))
  const statistics = (bits: number) =>
    values.map((own) => {
      const flipped = own.map((value, round) => (has(bits, round) ? -value : value))
      return mean(flipped) / ((Math.sqrt(variance(flipped)) + 0.01) / Math.sqrt(6))
    })
  const observed = pairedStatistics(values, 0.01)
  expect([...observed]).toEqual(statistics(0).map((value) => expect.closeTo(value, 9)))
  expect(stepDownMaxT(observed, flippedStatistics(values, 0.01, 1))).toEqual(
    naiveAdjusted(statistics(0), subsets(6).map(statistics)).map((p) => expect.closeTo(p, 12)),
  )
})

it("counts every deal where there are few, and a seeded sample where there are many", () => {
  expect(dealCount({ base: 4, candidate: 4 })).toEqual({ deals: 70, exact: true })
  expect(dealCount({ base: 10, candidate: 10 })).toEqual({ deals: 10_000, exact: false })
  const groups = { values: drawn(5, 2, 20), base: 10, candidate: 10 }
  const adjusted = (seed: number) =>
    stepDownMaxT(twoSampleStatistics(groups, 0.01), dealtStatistics(groups, 0.01, seed))
  expect(adjusted(1)).toEqual(adjusted(1))
  expect(adjusted(1)).not.toEqual(adjusted(2))
})

it("gives four runs a side and six rounds just enough arrangements for p of 1/32", () => {
  const apart = { values: [[0, 0.1, 0.2, 0.3, 5, 5.1, 5.2, 5.3]], base: 4, candidate: 4 }
  expect(stepDownMaxT(twoSampleStatistics(apart, 0.01), dealtStatistics(apart, 0.01, 1))).toEqual([2 / 70])
  expect(smallestFlipP(6)).toBe(1 / 32)
  const rounds = [[1, 1.1, 0.9, 1.2, 1, 0.8]]
  expect(stepDownMaxT(pairedStatistics(rounds, 0.01), flippedStatistics(rounds, 0.01, 1))).toEqual([1 / 32])
})

it("keeps the family-wise error of twelve equal figures, however they hang together", () => {
  const random = seededRandom(11)
  let called = 0
  for (let trial = 0; trial < 400; trial += 1) {
    const shared = Array.from({ length: 8 }, () => random.normal())
    const values = Array.from({ length: 12 }, () => shared.map((level) => level + random.normal()))
    const groups = { values, base: 4, candidate: 4 }
    const ps = stepDownMaxT(twoSampleStatistics(groups, 0.01), dealtStatistics(groups, 0.01, 1))
    if (Math.min(...ps) <= 1 / 32) called += 1
  }
  // 2 of 70 is 11.4 of 400; 22 would be more than three standard deviations above.
  expect(called).toBeLessThanOrEqual(22)
  expect(called).toBeGreaterThan(2)
})

it("refuses to count nothing", () => {
  expect(() => stepDownMaxT([1], [])).toThrow("must be among those counted")
})
