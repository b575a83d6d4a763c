import { describe, expect, it } from "vitest"
import { rankedDays, windowStart } from "./days.ts"

describe("the days of a ranking", () => {
  it("are today and the two before, in UTC", () => {
    expect(rankedDays(new Date("2026-03-01T00:00:00Z"))).toEqual(["2026-03-01", "2026-02-28", "2026-02-27"])
    expect(rankedDays(new Date("2026-03-01T08:59:00+09:00"))[0]).toBe("2026-02-28")
  })

  it("begin at the first instant of the oldest", () => {
    expect(windowStart(new Date("2026-03-01T23:59:59Z"))).toEqual(new Date("2026-02-27T00:00:00Z"))
  })
})
