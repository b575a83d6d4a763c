import { uniformInt } from "pure-rand/distribution/uniformInt"
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus"

import { quantile, sortNumbers } from "@saleproof/sla/quantile.ts"

/** Where a difference lies with the confidence asked for, in the unit of the figure. */
export type Interval = { low: number; high: number }

/** One side of a comparison: units that are drawn as a whole, and the figures of a draw. */
export type Drawable = {
  units: number
  /** Figures when unit i is taken `weights[i]` times, always in the same order; null where there is none. */
  figures: (weights: Uint32Array) => (number | null)[]
}

export type BootstrapOptions = { resamples: number; confidence: number; seed: number }

// An interval from draws most of which gave no figure would be about something else.
const USABLE_SHARE = 0.9

/**
 * For each figure the percentile bootstrap interval of candidate − base (Efron 1979), drawing whole units with
 * replacement on either side. With time blocks as units it keeps what is correlated within a block together, as in
 * Carlstein (1986). The same seed gives the same interval. Null where there are too few figures to tell.
 */
export function bootstrapDifferences(
  base: Drawable,
  candidate: Drawable,
  { resamples, confidence, seed }: BootstrapOptions,
): (Interval | null)[] {
  if (base.units === 0 || candidate.units === 0) return []
  const random = xoroshiro128plus(seed)
  const draw = ({ units, figures }: Drawable) => {
    const weights = new Uint32Array(units)
    for (let drawn = 0; drawn < units; drawn += 1) weights[uniformInt(random, 0, units - 1)]! += 1
    return figures(weights)
  }
  const differences: number[][] = []
  for (let resample = 0; resample < resamples; resample += 1) {
    const before = draw(base)
    for (const [index, after] of draw(candidate).entries()) {
      const from = before[index] ?? null
      if (from !== null && after !== null) (differences[index] ??= []).push(after - from)
    }
  }
  return Array.from(base.figures(new Uint32Array(base.units).fill(1)), (_, index) => {
    const found = differences[index] ?? []
    return found.length < USABLE_SHARE * resamples ? null : middle(found, confidence)
  })
}

function middle(values: readonly number[], confidence: number): Interval | null {
  const sorted = sortNumbers(values)
  if (!sorted) return null
  const tail = (1 - confidence) / 2
  return { low: quantile(sorted, tail), high: quantile(sorted, 1 - tail) }
}
