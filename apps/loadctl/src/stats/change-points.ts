import { seededRandom } from "./random.ts"
import type { Random } from "./random.ts"

/** A series is another from here on: the first index after the change, and how likely equals look like that. */
export type ChangePoint = { index: number; p: number }

export type ChangePointOptions = { alpha: number; permutations: number; seed: number }

// Two values say nothing of how a stretch spreads.
const LEAST_STRETCH = 3

/**
 * Where the level of a series changes, ascending: E-divisive means of Matteson and James (2014), as MongoDB's signal
 * processing, Hunter (2023) and Apache Otava use it. The series is split where the energy distance of its parts is largest,
 * if no more than `alpha` of random orders of it have a split as good (Phipson and Smyth 2010), and so are its parts.
 */
export function changePoints(
  values: readonly number[],
  { alpha, permutations, seed }: ChangePointOptions,
): ChangePoint[] {
  const random = seededRandom(seed)
  const found: ChangePoint[] = []
  const stretches: [from: number, to: number][] = [[0, values.length]]
  for (let stretch = stretches.pop(); stretch; stretch = stretches.pop()) {
    const [from, to] = stretch
    const own = values.slice(from, to)
    const split = bestSplit(own)
    if (split === null) continue
    const p = permutationP(own, split.energy, { permutations, random })
    if (p > alpha) continue
    found.push({ index: from + split.index, p })
    stretches.push([from, from + split.index], [from + split.index, to])
  }
  return found.toSorted((a, b) => a.index - b.index)
}

/** The split with the largest energy distance, scaled by its sizes; null for a series too short to be split. */
export function bestSplit(values: readonly number[]): { index: number; energy: number } | null {
  let best: { index: number; energy: number } | null = null
  const sums = distanceSums(values)
  for (let index = LEAST_STRETCH; index <= values.length - LEAST_STRETCH; index += 1) {
    const energy = sums(index)
    if (best === null || energy > best.energy) best = { index, energy }
  }
  return best
}

/**
 * mn/(m+n) · (2·E|X − Y| − E|X − X'| − E|Y − Y'|) of the parts before and after an index (Székely and Rizzo 2005), by
 * running sums of the distances: asked for ascending indices only.
 */
function distanceSums(values: readonly number[]): (index: number) => number {
  const count = values.length
  const distance = (i: number, j: number): number => Math.abs(values[i]! - values[j]!)
  let [left, between, right] = [0, 0, 0]
  for (let i = 0; i < count; i += 1) for (let j = i + 1; j < count; j += 1) right += distance(i, j)
  let at = 0
  return (index) => {
    for (; at < index; at += 1) {
      // The value moves from the right part to the left one.
      for (let other = 0; other < count; other += 1) {
        if (other < at) {
          left += distance(at, other)
          between -= distance(at, other)
        } else if (other > at) {
          right -= distance(at, other)
          between += distance(at, other)
        }
      }
    }
    const [m, n] = [index, count - index]
    const within = (2 * left) / (m * (m - 1)) + (2 * right) / (n * (n - 1))
    return ((m * n) / (m + n)) * ((2 * between) / (m * n) - within)
  }
}

type Permuting = { permutations: number; random: Random }

function permutationP(
  values: readonly number[],
  energy: number,
  { permutations, random }: Permuting,
): number {
  const shuffled = [...values]
  let asGood = 1
  for (let permutation = 0; permutation < permutations; permutation += 1) {
    for (let place = shuffled.length - 1; place > 0; place -= 1) {
      const other = random.index(place + 1)
      const kept = shuffled[place]!
      shuffled[place] = shuffled[other]!
      shuffled[other] = kept
    }
    if (bestSplit(shuffled)!.energy >= energy) asGood += 1
  }
  return asGood / (permutations + 1)
}
