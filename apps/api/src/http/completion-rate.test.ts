import { describe, expect, it } from "vitest"
import { createCompletionRate } from "./completion-rate.ts"

describe("the rate at which requests end", () => {
  it("is of the last five seconds, however long the process has run", () => {
    let at = 0
    const rate = createCompletionRate({ now: () => at })
    for (; at < 60_000; at += 100) rate.completed()
    expect(rate.perSecond()).toBeCloseTo(10, 0)
    for (; at < 70_000; at += 20) rate.completed()
    expect(rate.perSecond()).toBeCloseTo(50, 0)
  })

  it("is at least one per second, also when nothing has ended for long", () => {
    let at = 0
    const rate = createCompletionRate({ now: () => at })
    expect(rate.perSecond()).toBe(1)
    for (; at < 5_000; at += 10) rate.completed()
    at += 10_000
    expect(rate.perSecond()).toBe(1)
    expect(rate.secondsFor(90)).toBe(60)
  })
})
