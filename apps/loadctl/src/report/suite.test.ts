import { expect, it } from "vitest"

import { suiteVerdict } from "./suite.ts"

const of = (...verdicts: ("PASS" | "FAIL" | "INVALID")[]) =>
  suiteVerdict(verdicts.map((verdict) => ({ verdict })))

it("passes only when every run does", () => {
  expect([of("PASS", "PASS"), of("PASS", "FAIL"), of("PASS", "INVALID")]).toEqual(["PASS", "FAIL", "INVALID"])
})

it("fails for a broken SLA whatever else cannot be known, and knows nothing of no run", () => {
  expect([of("INVALID", "FAIL"), of()]).toEqual(["FAIL", "INVALID"])
})
