import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus"

/** Random numbers that are the same for the same seed. */
export type Random = {
  /** Uniform in [0, 1). */
  uniform: () => number
  /** A whole number from 0 to `below` − 1. */
  index: (below: number) => number
  /** Standard normal. */
  normal: () => number
  /** Exponential with mean 1. */
  exponential: () => number
}

// Seeds next to each other begin with nearly the same numbers: the first is 1.000 for all of them.
const WARM_UP = 32

export function seededRandom(seed: number): Random {
  const generator = xoroshiro128plus(scrambled(seed))
  for (let drawn = 0; drawn < WARM_UP; drawn += 1) generator.next()
  const uniform = (): number => (generator.next() >>> 0) / 0x1_0000_0000
  let spare: number | null = null
  /** Marsaglia's polar method (1964): two normals from each accepted point. */
  const normal = (): number => {
    if (spare !== null) {
      const kept = spare
      spare = null
      return kept
    }
    for (;;) {
      const [x, y] = [2 * uniform() - 1, 2 * uniform() - 1]
      const square = x * x + y * y
      if (square >= 1 || square === 0) continue
      const scale = Math.sqrt((-2 * Math.log(square)) / square)
      spare = y * scale
      return x * scale
    }
  }
  return {
    uniform,
    index: (below) => Math.floor(uniform() * below),
    normal,
    exponential: () => -Math.log1p(-uniform()),
  }
}

/** The finalizer of MurmurHash3 (Appleby 2011), by which every bit of the seed changes half of the others. */
function scrambled(seed: number): number {
  let hash = seed | 0
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return hash ^ (hash >>> 16)
}
