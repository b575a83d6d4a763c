import { describe, expect, it } from "vitest"
import { rankedDays, sinceMidnight } from "./days.ts"

describe("the days of a ranking", () => {
  it("are today and the two before, in UTC", () => {
    expect(rankedDays(new Date("2026-03-01T00:00:00Z"))).toEqual(["2026-03-01", "2026-02-28", "2026-02-27"])
    expect(rankedDays(new Date("2026-03-01T08:59:00+09:00"))[0]).toBe("2026-02-28")
  })

  it("begin at midnight in UTC", () => {
    expect(sinceMidnight(new Date("2026-03-01T09:00:02+09:00"))).toBe(2_000)
  })
})
