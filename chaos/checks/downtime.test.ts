import { describe, expect, it } from "vitest"

import type { Sample } from "../client/prober.ts"
import { checkDowntime, measureDowntime } from "./downtime.ts"

const served = (...times: number[]): Sample[] =>
  times.map((at) => ({ kind: "order", sentAt: at - 10, endedAt: at, result: "ok" }))

const refused = (sentAt: number, endedAt: number): Sample => ({
  kind: "order",
  sentAt,
  endedAt,
  result: "busy",
})

describe("the downtime of the service", () => {
  it("is the longest gap between two served requests, and the return counts from when the target was back", () => {
    const samples = [...served(100, 200), refused(300, 310), ...served(900, 1_000)]
    const downtime = measureDowntime(samples, { at: 250, backAt: 850 }, 1_000)
    expect(downtime.downtimeMs).toEqual({ charge: 0, order: 700, claim: 0 })
    expect(downtime.recoveryMs).toBe(50)
    expect(downtime.answerP99Ms).toBe(10)
    expect(checkDowntime(downtime, { promptLimitMs: 1_000 })).toEqual([])
  })

  it("ends with the next injection", () => {
    const downtime = measureDowntime(served(100, 1_000), { at: 250, backAt: 300 }, 500)
    expect(downtime.downtimeMs.order).toBe(400)
    expect(downtime.recoveryMs).toBeNull()
    expect(checkDowntime(downtime, {})).toMatchObject([{ check: "served" }])
  })

  it("counts for every kind: one that does not come back is enough", () => {
    const claims = served(100).map((sample) => ({ ...sample, kind: "claim" as const }))
    expect(
      measureDowntime([...claims, ...served(100, 400)], { at: 150, backAt: 200 }, 1_000).recoveryMs,
    ).toBeNull()
  })

  it("is too long beyond 3 s, and an answer beyond its limit", () => {
    const samples = [...served(100), refused(300, 1_500), ...served(5_000)]
    const downtime = measureDowntime(samples, { at: 200, backAt: 1_900 }, 6_000)
    expect(checkDowntime(downtime, { promptLimitMs: 1_000 }).map(({ check }) => check)).toEqual([
      "back",
      "prompt",
    ])
    expect(checkDowntime(downtime, {}).map(({ check }) => check)).toEqual(["back"])
  })
})
