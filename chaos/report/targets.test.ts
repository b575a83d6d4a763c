import { expect, it } from "vitest"

import type { FaultReport, Figures } from "./report.ts"
import { targetsOf } from "./targets.ts"

const FIGURES: Figures = {
  requests: 9,
  acknowledged: 8,
  refused: 1,
  openAttempts: 0,
  resolvedByKey: 0,
  injections: 1,
  downtimeMs: { charge: 0, order: 0, claim: 0 },
  recoveryMs: 70,
  answerP99Ms: 20,
  baselineP99Ms: 9,
  lateMs: 11,
  promptLimitMs: 1_000,
  unacknowledged: { charge: 0, order: 0, claim: 0 },
  couponsAfterMs: 12,
  notes: {},
}

const after = (fault: string, figures: Partial<Figures> = {}): FaultReport => ({
  fault,
  title: fault,
  verdict: "passed",
  tookMs: 1,
  cpu: { busy: null, steal: null },
  figures: { ...FIGURES, ...figures },
  violations: [],
})

const broken = (...faults: FaultReport[]) =>
  targetsOf(faults)
    .filter(({ met }) => !met)
    .map(({ promise, worst, fault }) => `${promise}: ${worst} (${fault})`)

it("a promise with a figure is judged by the worst of all faults", () => {
  expect(broken(after("one"), after("two"))).toEqual([])
  expect(broken(after("one", { recoveryMs: 3_001 }), after("two", { recoveryMs: 4_000 }))).toEqual([
    "service back, from when the target was back: 4.0 s (two)",
  ])
  expect(broken(after("one", { unacknowledged: { charge: 129, order: 256, claim: 64 } }))).toEqual([
    "charges of one injection committed without an answer: 129 (one)",
  ])
  expect(broken(after("one", { couponsAfterMs: 60_100 }))).toHaveLength(1)
})

it("an answer is late only where an answer is promised", () => {
  expect(broken(after("one", { lateMs: 1_001 }))).toHaveLength(1)
  expect(broken(after("one", { lateMs: null, promptLimitMs: null }))).toEqual([])
})

it("an attempt that failed breaks a promise only where processes were restarted in turn", () => {
  expect(broken(after("kill-api", { openAttempts: 5 }))).toEqual([])
  expect(broken(after("rolling-restarts", { openAttempts: 5 }))).toHaveLength(1)
})

it("a service that did not come back was down for ever, and what a key did not settle counts", () => {
  const violations: FaultReport["violations"] = [
    { check: "served", count: 1, examples: [] },
    { check: "settled", count: 3, examples: [] },
  ]
  expect(broken({ ...after("one", { recoveryMs: null }), violations })).toEqual([
    "promises about the data that were broken: 4 (one)",
    "requests whose outcome their key did not settle: 3 (one)",
    "service back, from when the target was back: never (one)",
  ])
})

it("what was only late is not broken data", () => {
  const violations: FaultReport["violations"] = [{ check: "back", count: 1, examples: [] }]
  expect(broken({ ...after("one"), violations })).toEqual([])
})
