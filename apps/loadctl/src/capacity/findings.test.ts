import { expect, it } from "vitest"

import { findingsOf } from "./findings.ts"
import type { CapacityStep } from "./model.ts"

const options = { start: 50, max: 2_000, precision: 0.5, maxRuns: 16, maxTimeSeconds: 180 }
const unit = "iterations/s" as const

function step(load: number, p95: number, change: Partial<CapacityStep> = {}): CapacityStep {
  return {
    load,
    why: "step",
    runId: `run-${load}`,
    outcome: p95 > 200 ? "fail" : "pass",
    reasons: [],
    iterationRate: load,
    requestRate: load,
    p50: 1,
    p95,
    p99: p95,
    requests: 1_000,
    failed: 0,
    dropped: 0,
    inFlight: null,
    broken: p95 > 200 ? [{ endpoint: "order", metric: "p95", actual: p95, limit: 200 }] : [],
    machine: null,
    ...change,
  }
}

it("names what broke at the lowest load that did, not at the highest that was tried", () => {
  const other = { endpoint: "charge", metric: "errorRate", actual: 0.4, limit: 0 }
  const { found, firstBroken } = findingsOf({
    options,
    unit,
    steps: [step(50, 9), step(100, 26), step(200, 900, { broken: [other] }), step(150, 260)],
  })
  expect(found).toMatchObject({ load: 100, broken: 150 })
  expect(firstBroken).toEqual({ endpoint: "order", metric: "p95", actual: 260, limit: 200, load: 150 })
})

it("looks for the bend up to the load that broke, however bad it gets beyond", () => {
  const steps = [step(50, 9), step(100, 26), step(200, 4_600), step(150, 260)]
  expect(findingsOf({ options, unit, steps }).knee).toBe(100)
})

it("takes no figure from a run that cannot be trusted", () => {
  const untrusted = step(100, 9_000, { outcome: "untrusted", broken: [] })
  const steps = [step(50, 9), untrusted, step(100, 26), step(200, 260)]
  expect(findingsOf({ options, unit, steps })).toMatchObject({ found: { load: 100 }, knee: 100 })
})

it("knows nothing before the first run", () => {
  expect(findingsOf({ options, unit, steps: [] })).toMatchObject({
    capacity: null,
    atLeast: false,
    scalability: null,
    found: { load: null, broken: null },
    firstBroken: null,
    knee: null,
  })
})

it("says at least when nothing broke up to the highest load", () => {
  const steps = [step(50, 9), step(100, 12), step(100, 12)]
  expect(findingsOf({ options: { ...options, max: 100 }, unit, steps })).toMatchObject({
    capacity: 100,
    atLeast: true,
  })
})

it("says at least when the time was over before anything broke", () => {
  expect(findingsOf({ options, unit, steps: [step(50, 9), step(100, 12)] })).toMatchObject({
    capacity: 100,
    atLeast: true,
  })
})

it("fits the scalability law to what was completed", () => {
  const at = (load: number, flying: number) =>
    step(load, 9, { inFlight: Array.from({ length: 6 }, () => flying) })
  const behind = step(99, 9, { inFlight: [1, 20, 40, 60, 80, 100] })
  const steps = [at(50, 1), at(67, 2), at(80, 4), at(89, 8), behind]
  expect(findingsOf({ options, unit, steps }).scalability).toMatchObject({
    contention: expect.closeTo(0.5, 1),
    peak: { throughput: expect.closeTo(100, -1) },
  })
})
