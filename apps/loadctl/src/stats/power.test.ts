import { expect, it } from "vitest"

import { meanInterval } from "./mean-interval.ts"
import { detectableEffect, runsNeeded } from "./power.ts"
import { seededRandom } from "./random.ts"

const ONE = { alpha: 0.05, power: 0.9, figures: 1 }

it("plans as many runs as a textbook's table", () => {
  // A difference of one standard deviation, 5 %, power 0.9: 23 a group (Cohen 1988, table 2.4.1, d = 1: 22).
  const spread = Math.log1p(0.1)
  expect(runsNeeded(0.1, { paired: false, spread }, ONE)).toBe(22)
})

it("finds in pairs what it planned for, nine times of ten", () => {
  const noise = { paired: true, spread: 0.05 }
  const rounds = runsNeeded(0.1, noise, ONE)
  const random = seededRandom(9)
  let found = 0
  for (let trial = 0; trial < 1_000; trial += 1) {
    const differences = Array.from(
      { length: rounds },
      () => Math.log1p(0.1) + 0.05 * Math.SQRT2 * random.normal(),
    )
    if (meanInterval(differences, 0.95)!.low > 0) found += 1
  }
  expect(found / 1_000).toBeGreaterThan(0.87)
  expect(found / 1_000).toBeLessThan(0.97)
})

it("turns the question around", () => {
  const noise = { paired: false, spread: 0.05 }
  const runs = runsNeeded(0.15, noise, ONE)
  expect(detectableEffect(runs, noise, ONE)).toBeLessThanOrEqual(0.15)
  expect(detectableEffect(runs - 1, noise, ONE)).toBeGreaterThan(0.15)
  expect(detectableEffect(1, noise, { ...ONE, figures: 20 })).toBe(Number.POSITIVE_INFINITY)
})
