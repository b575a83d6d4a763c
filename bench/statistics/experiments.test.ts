import { expect, it } from "vitest"

import { experiment } from "./experiments.ts"
import type { Setting } from "./experiments.ts"
import { PROMISED as NOISE } from "./noise.ts"

/** How many of the seeded experiments called something, and how many found what was planted. */
function counts(setting: Omit<Setting, "noise">, trials: number) {
  const said = Array.from({ length: trials }, (_, seed) => experiment({ ...setting, noise: NOISE }, seed + 1))
  return {
    called: said.filter(({ verdict }) => verdict === "worse" || verdict === "better").length,
    found: said.filter(({ found }) => found).length,
  }
}

it("rarely calls equals different, in groups and in rounds", () => {
  const planted = { kind: "nothing", factor: 1 } as const
  expect(
    counts({ command: "compare", runs: 4, untilDecided: false, planted }, 60).called,
  ).toBeLessThanOrEqual(4)
  expect(counts({ command: "ab", runs: 6, untilDecided: false, planted }, 60).called).toBeLessThanOrEqual(4)
})

it("finds 15 % more in nearly every experiment of twelve rounds, also where one figure of twelve is slower", () => {
  const design = { command: "ab", runs: 12, untilDecided: true } as const
  expect(counts({ ...design, planted: { kind: "all", factor: 1.15 } }, 30).found).toBeGreaterThanOrEqual(28)
  expect(counts({ ...design, planted: { kind: "one", factor: 1.15 } }, 30).found).toBeGreaterThanOrEqual(25)
})

it("gives the same answer for the same seed", () => {
  const planted = { kind: "all", factor: 1.1 } as const
  const setting = { command: "compare", runs: 4, untilDecided: false, noise: NOISE, planted } as const
  expect(experiment(setting, 7)).toEqual(experiment(setting, 7))
})
