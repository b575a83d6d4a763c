import { seededRandom } from "./random.ts"
import { sum } from "./spread.ts"

/** Figures of every run of both groups: `values[figure]` has the base's runs first, then the candidate's. */
export type Groups = { values: readonly ArrayLike<number>[]; base: number; candidate: number }

// More deals than this are sampled: the p of 1/32 is then known to 0.002.
const MOST_EXACT = 20_000
const SAMPLED = 9_999

/** The number of ways to pick `size` of `count`. */
export function choose(count: number, size: number): number {
  let ways = 1
  for (let index = 1; index <= size; index += 1) ways = (ways * (count - size + index)) / index
  return Math.round(ways)
}

/** How many deals of the runs into two groups are counted, and whether that is all there are. */
export function dealCount({ base, candidate }: Pick<Groups, "base" | "candidate">) {
  const ways = choose(base + candidate, candidate)
  return ways <= MOST_EXACT ? { deals: ways, exact: true } : { deals: SAMPLED + 1, exact: false }
}

/**
 * For each figure the two-sample statistic under each deal, the observed deal first when they are sampled: the
 * difference of the means over its standard error, to which the error that a spread of `floor` would have is added, so
 * that a figure that hardly varies does not rule the family (Tusher, Tibshirani and Chu 2001). The array is reused.
 */
export function* dealtStatistics(groups: Groups, floor: number, seed: number): Generator<Float64Array> {
  const statistics = new Float64Array(groups.values.length)
  const evaluate = statisticsOf(groups, floor, statistics)
  for (const deal of dealsOf(groups, seed)) {
    evaluate(deal)
    yield statistics
  }
}

/** The statistics of the groups as they are. */
export function twoSampleStatistics(groups: Groups, floor: number): Float64Array {
  const statistics = new Float64Array(groups.values.length)
  statisticsOf(groups, floor, statistics)(observedDeal(groups))
  return statistics
}

function statisticsOf({ values, base, candidate }: Groups, floor: number, into: Float64Array) {
  const totals = values.map(sum)
  const squares = values.map((own) => sum(Array.from(own, (value) => value * value)))
  const scale = Math.sqrt(1 / base + 1 / candidate)
  return (deal: ArrayLike<number>): void => {
    for (let figure = 0; figure < values.length; figure += 1) {
      const own = values[figure]!
      let dealt = 0
      for (let index = 0; index < candidate; index += 1) dealt += own[deal[index]!]!
      const rest = totals[figure]! - dealt
      const within = squares[figure]! - (dealt * dealt) / candidate - (rest * rest) / base
      const spread = Math.sqrt(Math.max(0, within) / (base + candidate - 2))
      into[figure] = (dealt / candidate - rest / base) / ((spread + floor) * scale)
    }
  }
}

function observedDeal({ base, candidate }: Groups): Uint8Array {
  return Uint8Array.from({ length: candidate }, (_, index) => base + index)
}

function* dealsOf(groups: Groups, seed: number): Generator<ArrayLike<number>> {
  const { base, candidate } = groups
  if (dealCount(groups).exact) {
    yield* combinations(base + candidate, candidate)
    return
  }
  yield observedDeal(groups)
  const random = seededRandom(seed)
  const runs = Uint8Array.from({ length: base + candidate }, (_, index) => index)
  for (let drawn = 0; drawn < SAMPLED; drawn += 1) {
    // The first places of a Fisher-Yates shuffle are a random deal.
    for (let place = 0; place < candidate; place += 1) {
      const from = place + random.index(runs.length - place)
      const kept = runs[place]!
      runs[place] = runs[from]!
      runs[from] = kept
    }
    yield runs
  }
}

/** Every pick of `size` of `count`, ascending; the array is reused. */
function* combinations(count: number, size: number): Generator<Uint8Array> {
  const picked = Uint8Array.from({ length: size }, (_, index) => index)
  for (;;) {
    yield picked
    let place = size - 1
    while (place >= 0 && picked[place] === count - size + place) place -= 1
    if (place < 0) return
    picked[place]! += 1
    for (let next = place + 1; next < size; next += 1) picked[next] = picked[next - 1]! + 1
  }
}
