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

export function seededRandom(seed: number): Random {
  const generator = xoroshiro128plus(seed)
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
