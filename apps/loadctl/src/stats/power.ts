import { normalQuantile } from "./student.ts"

/** What is wanted of a comparison: how surely (`power`) at which two-sided `alpha`, over how many figures at once. */
export type Design = { alpha: number; power: number; figures: number }

/** How the runs are set against each other, and how they spread: the standard deviation of one run's logarithms. */
export type Noise = { paired: boolean; spread: number }

/** More runs than this are not counted, as they are not practical. */
export const MOST_RUNS = 1_000

/**
 * Runs a side (or rounds) that show a change of `effect` (0.1 is +10 %) with the power asked for. The normal formula with
 * Guenther's correction for Student's t (1981), n = 2(z₁ + z₂)²·s²/δ² + z₁²/4 a side, z₁²/2 in pairs; alpha is divided by
 * the figures after Bonferroni, which is a little more careful than the joint test that judges them.
 */
export function runsNeeded(effect: number, noise: Noise, design: Design): number {
  const [first, second] = quantilesOf(design)
  const signal = Math.log1p(effect)
  const runs = (2 * (first + second) ** 2 * noise.spread ** 2) / signal ** 2
  return Math.min(MOST_RUNS, Math.ceil(runs + first ** 2 / (noise.paired ? 2 : 4)))
}

/** The change (0.1 is +10 %) that so many runs a side or rounds show; Infinity when they can show none. */
export function detectableEffect(runs: number, noise: Noise, design: Design): number {
  const [first, second] = quantilesOf(design)
  const effective = runs - first ** 2 / (noise.paired ? 2 : 4)
  if (effective <= 0) return Number.POSITIVE_INFINITY
  return Math.expm1((first + second) * noise.spread * Math.sqrt(2 / effective))
}

function quantilesOf({ alpha, power, figures }: Design): [number, number] {
  return [normalQuantile(1 - alpha / figures / 2), normalQuantile(power)]
}
