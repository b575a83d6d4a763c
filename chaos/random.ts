/** A stream of numbers that the same seed repeats: mulberry32 over a hash of the seed. */
export function createRandom(seed: string) {
  let state = hash(seed)

  function next(): number {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }

  /** A whole number between the two, both included. */
  const between = (min: number, max: number): number => min + Math.floor(next() * (max - min + 1))

  return {
    between,
    chance: (probability: number): boolean => next() < probability,
    pick<T>(from: readonly T[]): T {
      const picked = from[between(0, from.length - 1)]
      if (picked === undefined) throw new Error("there is nothing to pick from")
      return picked
    },
    /** The same entries in another order. */
    shuffled<T>(entries: readonly T[]): T[] {
      return entries
        .map((entry) => ({ entry, at: next() }))
        .toSorted((a, b) => a.at - b.at)
        .map(({ entry }) => entry)
    },
    /** A stream of its own, so that what one part draws does not shift another's. */
    branch: (name: string) => createRandom(`${seed}/${name}`),
  }
}

export type Random = ReturnType<typeof createRandom>

/** FNV-1a, 32 bits. */
function hash(text: string): number {
  let value = 0x811c9dc5
  for (const byte of Buffer.from(text)) value = Math.imul(value ^ byte, 0x01000193)
  return value
}
