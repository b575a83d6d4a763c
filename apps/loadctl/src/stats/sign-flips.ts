import assert from "node:assert/strict"

import { seededRandom } from "./random.ts"

// 2^14 arrangements; more rounds than this are sampled.
const MOST_EXACT_ROUNDS = 14
const SAMPLED = 9_999

/** How many sign flips of so many rounds are counted, and whether that is all there are. */
export function flipCount(rounds: number) {
  return rounds <= MOST_EXACT_ROUNDS
    ? { flips: 2 ** rounds, exact: true }
    : { flips: SAMPLED + 1, exact: false }
}

/** The smallest two-sided p that so many rounds can give: all signs alike, or all unlike. */
export function smallestFlipP(rounds: number): number {
  return 2 / flipCount(rounds).flips
}

/**
 * For each figure the one-sample statistic of its differences under each joint flip of the rounds' signs, the observed
 * one first: equals could have had each round the other way round, with all of its figures. `floor` is a spread that is
 * added as in deals.ts. The array is reused.
 *
 * @param differences `differences[figure][round]`
 */
export function* flippedStatistics(
  differences: readonly ArrayLike<number>[],
  floor: number,
  seed: number,
): Generator<Float64Array> {
  const rounds = roundsOf(differences)
  const statistics = new Float64Array(differences.length)
  const evaluate = statisticsOf(differences, rounds, { floor, into: statistics })
  for (const signs of signsOf(rounds, seed)) {
    evaluate(signs)
    yield statistics
  }
}

/** The statistics of the rounds as they are. */
export function pairedStatistics(differences: readonly ArrayLike<number>[], floor: number): Float64Array {
  const rounds = roundsOf(differences)
  const statistics = new Float64Array(differences.length)
  statisticsOf(differences, rounds, { floor, into: statistics })(new Int8Array(rounds).fill(1))
  return statistics
}

function roundsOf([first]: readonly ArrayLike<number>[]): number {
  assert(first, "a family has figures")
  return first.length
}

function statisticsOf(
  differences: readonly ArrayLike<number>[],
  rounds: number,
  { floor, into }: { floor: number; into: Float64Array },
) {
  return (signs: ArrayLike<number>): void => {
    for (let figure = 0; figure < differences.length; figure += 1) {
      const own = differences[figure]!
      let total = 0
      let squares = 0
      for (let round = 0; round < rounds; round += 1) {
        total += signs[round]! * own[round]!
        squares += own[round]! * own[round]!
      }
      const spread = Math.sqrt(Math.max(0, squares - (total * total) / rounds) / (rounds - 1))
      into[figure] = total / rounds / ((spread + floor) / Math.sqrt(rounds))
    }
  }
}

function* signsOf(rounds: number, seed: number): Generator<Int8Array> {
  const signs = new Int8Array(rounds).fill(1)
  yield signs
  const { flips, exact } = flipCount(rounds)
  const random = seededRandom(seed)
  for (let flip = 1; flip < flips; flip += 1) {
    for (let round = 0; round < rounds; round += 1) {
      const negative = exact ? (flip >> round) & 1 : random.uniform() < 0.5
      signs[round] = negative ? -1 : 1
    }
    yield signs
  }
}
