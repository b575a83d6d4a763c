import { dealCount, dealtStatistics, twoSampleStatistics } from "../stats/deals.ts"
import { meanInterval, welchInterval } from "../stats/mean-interval.ts"
import type { Interval } from "../stats/mean-interval.ts"
import { stepDownMaxT } from "../stats/max-t.ts"
import { flipCount, flippedStatistics, pairedStatistics, smallestFlipP } from "../stats/sign-flips.ts"
import type { FamilyFigure } from "./family.ts"
import type { Method } from "./model.ts"

/** How two sides are set against each other: as groups of runs, or in pairs by round. */
export type SidesTest = Pick<Method, "unit" | "test"> & {
  /** Runs a side, or rounds, below which nothing can be called. */
  least: number
  /** One adjusted p for each figure. */
  adjustedP: (family: readonly FamilyFigure[]) => number[]
  arrangements: (units: Method["units"]) => Pick<Method, "arrangements" | "exact">
  interval: (base: readonly number[], candidate: readonly number[], confidence: number) => Interval | null
}

export const SEED = 1
/** What is believed of any figure's spread, as a share: a figure that never varies must not rule the others. */
export const FLOOR = 0.01
// 2^5: six rounds can just reach it (2 of 64 flips), and four runs a side (2 of 70 deals).
export const ALPHA = 1 / 32

/** Judges two groups of runs; see deals.ts and max-t.ts. */
export const GROUPS: SidesTest = {
  unit: "run",
  test: "permutation max T",
  least: 4,
  adjustedP: (family) => {
    const [first] = family
    if (!first) return []
    const values = family.map(({ base, candidate }) => Float64Array.from([...base, ...candidate]))
    const groups = { values, base: first.base.length, candidate: first.candidate.length }
    return stepDownMaxT(twoSampleStatistics(groups, FLOOR), dealtStatistics(groups, FLOOR, SEED))
  },
  arrangements: (units) => {
    const { deals, exact } = dealCount(units)
    return { arrangements: deals, exact }
  },
  interval: welchInterval,
}

/** Judges rounds in which both sides ran; see sign-flips.ts and max-t.ts. */
export const ROUNDS: SidesTest = {
  unit: "round",
  test: "sign-flip max T",
  least: 6,
  adjustedP: (family) => {
    if (family.length === 0) return []
    const values = family.map(differencesOf)
    return stepDownMaxT(pairedStatistics(values, FLOOR), flippedStatistics(values, FLOOR, SEED))
  },
  arrangements: ({ base }) => {
    const { flips, exact } = flipCount(base)
    return { arrangements: flips, exact }
  },
  interval: (base, candidate, confidence) => meanInterval(differencesOf({ base, candidate }), confidence),
}

/** The fewest rounds that can reach an alpha at all. */
export function leastRounds(alpha: number): number {
  let rounds = ROUNDS.least
  while (smallestFlipP(rounds) > alpha) rounds += 1
  return rounds
}

function differencesOf({ base, candidate }: { base: readonly number[]; candidate: readonly number[] }) {
  return Float64Array.from(candidate, (value, round) => value - base[round]!)
}
