import { quantile, sortNumbers } from "@saleproof/sla/quantile.ts"

// Twenty rounds have 92,378 halvings; beyond that the count explodes and adds nothing.
export const MAX_ROUNDS = 20

/**
 * The largest difference that one side shows against itself: the medians of its rounds dealt into two halves, in
 * every way there is. What two sides differ by must be more than this. Null with fewer than two rounds.
 */
export function noiseFloor(rounds: readonly number[]): number | null {
  if (rounds.length < 2) return null
  if (rounds.length > MAX_ROUNDS) throw new RangeError(`at most ${MAX_ROUNDS} rounds can be halved`)
  const half = Math.floor(rounds.length / 2)
  let largest = 0
  for (const picked of halvings(rounds.length, half)) {
    const one = median(rounds.filter((_, index) => (picked >> index) & 1))
    const other = median(rounds.filter((_, index) => !((picked >> index) & 1)))
    largest = Math.max(largest, Math.abs(one - other))
  }
  return largest
}

/** The middle value; NaN for none. */
export function median(values: readonly number[]): number {
  const sorted = sortNumbers(values)
  return sorted ? quantile(sorted, 0.5) : Number.NaN
}

/** Bit sets of `half` out of `count`. */
function* halvings(count: number, half: number): Generator<number> {
  for (let picked = 0; picked < 2 ** count; picked += 1) {
    if (bitsOf(picked) === half) yield picked
  }
}

function bitsOf(set: number): number {
  let bits = 0
  for (let rest = set; rest > 0; rest &= rest - 1) bits += 1
  return bits
}
