import { expect, it } from "vitest"

import { informationAt, posteriorQuantile, thresholdPosterior } from "./threshold.ts"

const BOUNDS = { least: 1, most: 1_000 }
const median = (trials: { level: number; broke: boolean }[]) =>
  posteriorQuantile(thresholdPosterior(trials, BOUNDS), 0.5)
const held = (level: number) => ({ level, broke: false })
const broke = (level: number) => ({ level, broke: true })

it("knows nothing before the first trial: the middle of the scale, and all of it", () => {
  const posterior = thresholdPosterior([], BOUNDS)
  expect(posteriorQuantile(posterior, 0.5)).toBeCloseTo(Math.sqrt(1_000), 0)
  expect(posterior.weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 9)
})

it("agrees with the sum over every width and share of stray breaks, written out", () => {
  const trials = [held(50), broke(100), held(80), broke(90)]
  const { levels, weights } = thresholdPosterior(trials, BOUNDS)
  // Φ by the midpoint rule of the normal density.
  const phi = (z: number): number => {
    let sum = 0
    for (let x = -8; x < z; x += 0.002)
      sum += (Math.exp(-((x + 0.001) ** 2) / 2) / Math.sqrt(2 * Math.PI)) * 0.002
    return sum
  }
  const likelihood = (threshold: number): number => {
    let sum = 0
    for (const width of [0.005, 0.02, 0.05, 0.1])
      for (const [stray, prior] of [
        [0.01, 0.5],
        [0.1, 0.5],
      ] as const)
        sum += trials.reduce<number>((product, { level, broke }) => {
          const p = stray + (0.99 - stray) * phi(Math.log(level / threshold) / width)
          return product * (broke ? p : 1 - p)
        }, prior)
    return sum
  }
  const at = (level: number) => levels.findIndex((one) => one >= level)
  const ratio = weights[at(86)]! / weights[at(95)]!
  expect(ratio).toBeCloseTo(likelihood(levels[at(86)]!) / likelihood(levels[at(95)]!), 2)
})

it("is not capped by one stray failure far below", () => {
  const trials = [
    held(20),
    broke(40),
    held(40),
    held(80),
    broke(160),
    broke(120),
    held(90),
    broke(105),
    held(98),
  ]
  expect(median(trials)).toBeGreaterThan(95)
  expect(median(trials)).toBeLessThan(106)
})

it("tells of a level what its outcome changes of the posterior on the average, both outcomes tried", () => {
  const trials = [held(50), broke(100), held(80)]
  const before = thresholdPosterior(trials, BOUNDS)
  const [ifBroke, ifHeld] = [broke(90), held(90)].map((next) => thresholdPosterior([...trials, next], BOUNDS))
  // Where either outcome moves the weight to is a mixture: before = p · ifBroke + (1 − p) · ifHeld, solved for p.
  const half = before.levels.findIndex((level) => level >= 90)
  const below = ({ weights }: { weights: Float64Array }) => weights.slice(0, half).reduce((a, b) => a + b, 0)
  const p = (below(before) - below(ifHeld!)) / (below(ifBroke!) - below(ifHeld!))
  const divergence = (after: { weights: Float64Array }) =>
    after.weights.reduce(
      (sum, weight, index) =>
        weight < 1e-12 ? sum : sum + weight * Math.log(weight / before.weights[index]!),
      0,
    )
  const expected = p * divergence(ifBroke!) + (1 - p) * divergence(ifHeld!)
  expect(informationAt(before, 90)).toBeCloseTo(expected, 3)
  expect(informationAt(before, 90)).toBeGreaterThan(informationAt(before, 20))
})
