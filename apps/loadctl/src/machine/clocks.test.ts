import { expect, it } from "vitest"

import { clockOffset } from "./clocks.ts"

const noon = Date.parse("2026-11-22T12:00:00Z")

it("takes the middle of the second that a Date header names against the middle of the round trip", () => {
  const date = "Sun, 22 Nov 2026 12:00:00 GMT"
  expect(clockOffset(date, { before: noon + 400, after: noon + 600 })).toBe(0)
  expect(clockOffset(date, { before: noon - 5_000, after: noon - 4_000 })).toBe(5_000)
})

it("knows nothing of a server that sends no date", () => {
  expect(clockOffset(null, { before: noon, after: noon })).toBeNull()
})
