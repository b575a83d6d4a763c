import { expect, it } from "vitest"

import { didYouMean, nearest } from "./suggest.ts"

it.each([
  ["scenaro", "scenarios"],
  ["scenraios", "scenarios"],
  ["taget", "target"],
  ["P95", "p95"],
])("takes %s for %s", (word, meant) => {
  expect(nearest(word, ["target", "scenarios", "sla", "p95"])).toBe(meant)
})

it("guesses nothing where nothing is near", () => {
  expect(nearest("ghosts", ["visitors", "stuck"])).toBeNull()
  expect(didYouMean("ghosts", [])).toBe("")
})
