import { describe, expect, it } from "vitest"
import { createRetrySlots, createRoomRate } from "./room-rate.ts"

describe("the rate at which room comes free", () => {
  it("is the limit per stay, of the last hundred requests", () => {
    const rate = createRoomRate({ limit: 200 })
    expect(rate.perSecond()).toBe(200)
    for (let n = 0; n < 100; n++) rate.ended(100)
    expect(rate.perSecond()).toBeCloseTo(2_000)
    expect([rate.secondsFor(1), rate.secondsFor(2_000), rate.secondsFor(9_999)]).toEqual([1, 1, 5])
    for (let n = 0; n < 1_000; n++) rate.ended(400)
    expect(rate.perSecond()).toBeCloseTo(500, 0)
  })

  it("is at least one per second, and nobody waits for more than a minute", () => {
    const rate = createRoomRate({ limit: 1 })
    rate.ended(60_000)
    expect(rate.perSecond()).toBe(1)
    expect(rate.secondsFor(90)).toBe(60)
  })

  it("spreads those who come back", () => {
    let at = 0
    const rate = createRoomRate({ limit: 10 })
    const next = createRetrySlots({ now: () => at, rate })
    const seconds = Array.from({ length: 700 }, next)
    expect([seconds[0], seconds[9], seconds[10], seconds[99], seconds[699]]).toEqual([1, 1, 2, 10, 60])
    at = 3_600_000
    expect(next()).toBe(1)
  })
})
