import { expect, it } from "vitest"

import { ALPHA } from "../compare/tests.ts"
import { forecastText } from "./forecast.ts"
import { planLooks } from "./looks.ts"

const spent = (looks: readonly { alpha: number }[]): number =>
  looks.reduce((sum, { alpha }) => sum + alpha, 0)

it("judges a fixed number of rounds once, with all of the alpha", () => {
  expect(planLooks({ rounds: 6, untilDecided: false, sides: 2 })).toEqual([{ round: 6, alpha: ALPHA }])
})

it("plans looks that spend no more than the alpha together, and can each decide", () => {
  expect(planLooks({ rounds: 12, untilDecided: true, sides: 2 })).toEqual([
    { round: 8, alpha: 1 / 128 },
    { round: 12, alpha: 3 / 128 },
  ])
  for (const rounds of [8, 13, 16, 20, 40])
    for (const sides of [2, 3, 8]) {
      const looks = planLooks({ rounds, untilDecided: true, sides })
      expect(spent(looks) * (sides - 1)).toBeCloseTo(ALPHA, 12)
      expect(looks.at(-1)?.round).toBe(rounds)
      // The last may be too early where a user asked for too few rounds; the others never are.
      for (const { round, alpha } of looks.slice(0, -1)) expect(2 / 2 ** round).toBeLessThanOrEqual(alpha)
    }
})

it("says before the first run what the rounds can show", () => {
  const text = forecastText({
    looks: planLooks({ rounds: 12, untilDecided: true, sides: 2 }),
    endpoints: 3,
    effect: 0.1,
  })
  expect(text).toMatch(
    /^Judged after round 8, 12\. If runs spread by 5 %, 12 rounds show a change of \d+ %, and 10 % needs \d+ rounds\.$/,
  )
  const few = forecastText({
    looks: planLooks({ rounds: 2, untilDecided: false, sides: 2 }),
    endpoints: 3,
    effect: 0.1,
  })
  expect(few).toContain(
    "Fewer than 6 rounds can call nothing different: what is measured in 2 rounds is described.",
  )
})
