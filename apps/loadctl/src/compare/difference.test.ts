import { expect, it } from "vitest"

import { judgeDifference } from "./difference.ts"
import type { Measured } from "./difference.ts"

const limits = { share: 0.1, ms: 5, failedShare: 0.001 }

/** A p95 that rose from 100 to 130 ms beyond doubt, to be changed one fact at a time. */
function measured(change: Partial<Measured> = {}): Measured {
  return {
    metric: "p95",
    base: 100,
    candidate: 130,
    change: 30,
    share: 0.3,
    interval: { low: 20, high: 40 },
    p: 0.001,
    noise: null,
    n: { base: 1_000, candidate: 1_000 },
    smallestP: 1e-9,
    alpha: 0.05,
    ...change,
  }
}

function judged(change: Partial<Measured> = {}): [string, string] {
  const { verdict, reason } = judgeDifference(measured(change), limits)
  return [verdict, reason]
}

it("calls a slower latency worse and a faster one better", () => {
  expect(judged()[0]).toBe("worse")
  const faster = { candidate: 70, change: -30, share: -0.3, interval: { low: -40, high: -20 } }
  expect(judged(faster)[0]).toBe("better")
})

it("calls a lower rate worse and a higher one better", () => {
  const rate = { metric: "rate", candidate: 70, change: -30, interval: { low: -40, high: -20 } } as const
  expect(judged(rate)[0]).toBe("worse")
  expect(judged({ metric: "rate" })[0]).toBe("better")
})

it("asks for a change as large as the share and the milliseconds", () => {
  const small = { candidate: 109, change: 9, interval: { low: 4, high: 14 } }
  expect(judged(small)).toEqual(["no difference shown", "below the limits"])
  const fast = { base: 2, candidate: 5, change: 3, interval: { low: 2, high: 4 } }
  expect(judged(fast)).toEqual(["no difference shown", "surely below the limits"])
  expect(judged({ candidate: 110, change: 10, interval: { low: 4, high: 14 } })[0]).toBe("worse")
})

it("tells a difference that is excluded from one that was merely not shown", () => {
  const change = { candidate: 101, change: 1 }
  expect(judged({ ...change, interval: { low: -3, high: 5 } })[1]).toBe("surely below the limits")
  expect(judged({ ...change, interval: { low: -30, high: 60 } })[1]).toBe("below the limits")
})

it("does not believe an interval that includes no change", () => {
  expect(judged({ interval: { low: -1, high: 60 } })).toEqual([
    "no difference shown",
    "the interval includes no change",
  ])
  expect(judged({ interval: null })[0]).toBe("no difference shown")
})

it("does not believe ranks that are too even, or too few of them", () => {
  expect(judged({ p: 0.051 })).toEqual(["no difference shown", "the ranks are too even"])
  expect(judged({ p: null })[1]).toBe("the ranks are too even")
  expect(judged({ p: 0.1, smallestP: 0.1 })[1]).toBe("too few units for the rank test")
})

it("does not believe what the base does to itself", () => {
  expect(judged({ noise: 30 })).toEqual(["no difference shown", "the base differs as much from itself"])
  expect(judged({ noise: 29 })[0]).toBe("worse")
})

it("needs five requests beyond a percentile on both sides", () => {
  const n = { base: 1_000, candidate: 99 }
  expect(judged({ n })).toEqual(["not comparable", "needs 100 requests a side"])
  expect(judged({ n, metric: "p99" })).toEqual(["not comparable", "needs 500 requests a side"])
  expect(judged({ n, metric: "p50" })[0]).toBe("worse")
})

it("says which side has nothing", () => {
  expect(judged({ n: { base: 0, candidate: 9 } })[1]).toBe("no requests in the base")
  expect(judged({ n: { base: 9, candidate: 0 } })[1]).toBe("no requests in the candidate")
  expect(judged({ n: { base: 0, candidate: 0 }, base: null })[1]).toBe("no requests")
})

it("counts failures, whatever their blocks look like", () => {
  const failed = { metric: "failed", base: 0, candidate: 0.02, change: 0.02, interval: null } as const
  expect(judged({ ...failed, p: 1e-6 })[0]).toBe("worse")
  expect(judged({ ...failed, p: 0.01 })).toEqual(["no difference shown", "too few failures to tell"])
  expect(judged({ ...failed, change: 0.0005, p: 1e-6 })[1]).toBe("below the limits")
  expect(judged({ ...failed, base: 0.02, candidate: 0, change: -0.02, p: 1e-6 })[0]).toBe("better")
})

it("shows nothing where nothing changed, also with limits of zero", () => {
  const same = measured({ candidate: 100, change: 0, interval: { low: 0, high: 0 }, p: 1 })
  expect(judgeDifference(same, { share: 0, ms: 0, failedShare: 0 }).verdict).toBe("no difference shown")
})
