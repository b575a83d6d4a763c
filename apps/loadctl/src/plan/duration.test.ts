import { describe, expect, it } from "vitest"

import { formatDuration, parseDuration } from "./duration.ts"

describe("parseDuration", () => {
  it.each([
    ["30s", 30_000],
    ["1m30s", 90_000],
    ["1.5m", 90_000],
    ["500ms", 500],
    ["1h", 3_600_000],
  ])("%s is %i ms", (text, ms) => expect(parseDuration(text)).toBe(ms))

  it.each(["", "30", "s", "-5s", "5 s", "1d"])("refuses %j", (text) => expect(parseDuration(text)).toBeNull())
})

describe("formatDuration", () => {
  it.each([
    [850, "850ms"],
    [12_400, "12s"],
    [125_000, "2m05s"],
  ])("%i ms is %s", (ms, text) => expect(formatDuration(ms)).toBe(text))
})
