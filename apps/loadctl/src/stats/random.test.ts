import { expect, it } from "vitest"

import { seededRandom } from "./random.ts"

it("gives the same numbers for the same seed, and numbers that have nothing in common for the next one", () => {
  const first = (seed: number) => Array.from({ length: 16 }, seededRandom(seed).uniform)
  expect(first(7)).toEqual(first(7))
  const streams = Array.from({ length: 1_000 }, (_, seed) => first(seed + 1))
  // Of 1,000 uniform numbers 100 are below 0.1, give or take 9.5; so are those at every place of the streams.
  for (let place = 0; place < 16; place += 1) {
    const low = streams.filter((stream) => stream[place]! < 0.1).length
    expect(Math.abs(low - 100)).toBeLessThan(45)
  }
})
