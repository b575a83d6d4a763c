import { expect, it } from "vitest"

import { seededRandom } from "./random.ts"
import { fitScalability, throughputAt } from "./scalability.ts"

const LAW = { lambda: 50, contention: 0.05, coherence: 0.002 }
const LEVELS = [1, 2, 4, 8, 16, 32, 48]

it("finds the law that made the points, and where it peaks", () => {
  const points = LEVELS.map((concurrency) => ({ concurrency, throughput: throughputAt(LAW, concurrency) }))
  const fit = fitScalability(points)!
  expect(fit.lambda).toBeCloseTo(50, 6)
  expect(fit.contention).toBeCloseTo(0.05, 8)
  expect(fit.coherence).toBeCloseTo(0.002, 8)
  // By brute force: no concurrency completes more than the peak.
  const tried = Array.from({ length: 600 }, (_, index) => throughputAt(LAW, 1 + index / 10))
  expect(fit.peak!.throughput).toBeCloseTo(Math.max(...tried), 2)
  expect(fit.peak!.concurrency).toBeCloseTo(Math.sqrt(0.95 / 0.002), 6)
})

it("fits no negative cost, and grows towards an end without coherence", () => {
  // A queue with one server: N/X is the time in the system, which grows with N alone.
  const points = [0.5, 1, 2, 4, 8].map((n) => ({ concurrency: n, throughput: (100 * n) / (1 + n) }))
  const fit = fitScalability(points)!
  expect(fit.coherence).toBe(0)
  expect(fit.peak).toEqual({ concurrency: null, throughput: expect.closeTo(100, 6) })
})

it.each([1, 2])(
  "covers the peak nine times of ten where throughput is noisy (each level %i times)",
  (often) => {
    const random = seededRandom(5)
    const truth = Math.max(...Array.from({ length: 60 }, (_, n) => throughputAt(LAW, n + 1)))
    let covered = 0
    for (let trial = 0; trial < 100; trial += 1) {
      const points = Array.from({ length: often }, () => LEVELS)
        .flat()
        .map((concurrency) => ({
          concurrency,
          throughput: throughputAt(LAW, concurrency) * Math.exp(0.03 * random.normal()),
        }))
      const { peak } = fitScalability(points, trial + 1)!.intervals
      if (peak && peak.low <= truth && peak.high >= truth) covered += 1
    }
    expect(covered).toBeGreaterThanOrEqual(87)
  },
)

it("says nothing about points that are few or alike", () => {
  expect(fitScalability([1, 2, 4].map((n) => ({ concurrency: n, throughput: n })))).toBeNull()
  expect(fitScalability([1, 1.1, 1.2, 1.3].map((n) => ({ concurrency: n, throughput: n })))).toBeNull()
})
