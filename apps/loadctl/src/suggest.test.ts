import { expect, it } from "vitest"

import { didYouMean } from "./suggest.ts"

it.each([
  ["scenaro", "scenarios"],
  ["scenraios", "scenarios"],
  ["taget", "target"],
])("takes %s for %s", (word, meant) => {
  expect(didYouMean(word, ["target", "scenarios", "sla"])).toBe(` (did you mean ${meant}?)`)
})

it("guesses nothing where nothing is near", () => {
  expect(didYouMean("ghosts", ["visitors", "stuck"])).toBe("")
  expect(didYouMean("ghosts", [])).toBe("")
})
