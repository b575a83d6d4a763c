import { expect, it } from "vitest"

import type { Trial } from "../trial/trial.ts"
import { reportTrial } from "./report.ts"
import type { FaultReport, Report } from "./report.ts"
import { renderTable } from "./table.ts"

const FAULT = { name: "kill-api", title: "kill -9 of the API", inject: () => Promise.resolve() }
const TRIAL: Trial = {
  violations: [],
  aways: [
    { awayMs: { charge: 100, order: 300, claim: 0 }, recoveryMs: 50, answerP99Ms: 20, calmP99Ms: 9 },
    { awayMs: { charge: 200, order: 100, claim: 0 }, recoveryMs: 70, answerP99Ms: null, calmP99Ms: 9 },
  ],
  unacknowledged: [
    { at: 1, counts: { charge: 2, order: 0, claim: 0 } },
    { at: 2, counts: { charge: 1, order: 7, claim: 0 } },
  ],
  grantedAfterMs: 12,
  sent: 90,
  acknowledged: 80,
  refused: 5,
  openAttempts: 5,
  resolvedByKey: 1,
  notes: {},
}

const report = (...faults: FaultReport[]): Report => ({
  schema: "saleproof.chaos/1",
  verdict: faults.some(({ verdict }) => verdict === "violated") ? "violated" : "passed",
  seed: "7",
  pace: "quick",
  startedAt: "2026-01-01T00:00:00.000Z",
  tookMs: 12_345,
  machine: {
    cpu: "",
    cores: 2,
    memoryMb: 1,
    os: "",
    node: "",
    commit: null,
    dirty: null,
    busy: null,
    steal: null,
  },
  faults,
})

it("takes the worst of all injuries, each figure by itself", () => {
  expect(reportTrial(FAULT, TRIAL, 1_000).figures).toMatchObject({
    injuries: 2,
    awayMs: { charge: 200, order: 300, claim: 0 },
    recoveryMs: 70,
    answerP99Ms: 20,
    unacknowledged: { charge: 2, order: 7, claim: 0 },
  })
})

it("has no time of return when the service did not return once", () => {
  const [away] = TRIAL.aways
  const aways = away ? [...TRIAL.aways, { ...away, recoveryMs: null }] : []
  expect(reportTrial(FAULT, { ...TRIAL, aways }, 1_000).figures?.recoveryMs).toBeNull()
})

it("shows one line a fault, and what was not possible", () => {
  const notPossible: FaultReport = {
    fault: "disk-full",
    title: "",
    verdict: "not possible",
    reason: "mount: only root may do that",
    tookMs: 100,
    violations: [],
  }
  expect(renderTable(report(reportTrial(FAULT, TRIAL, 1_000), notPossible))).toMatchInlineSnapshot(`
    "fault      verdict       requests  ack  open  by key   away   back    p99  unack   took
    kill-api   passed              90   80     5       1  0.3 s  70 ms  20 ms      7  1.0 s
    disk-full  not possible                                                           0.1 s

    disk-full was not possible here: mount: only root may do that

    PASSED: 1 of 2 faults passed, seed 7, quick, 12.3 s
    "
  `)
})

it("says which promise was broken how often, with examples", () => {
  const violations = Array.from({ length: 9 }, (_, index) => ({
    check: "once" as const,
    detail: `the order ${index} was acknowledged to nobody`,
  }))
  const text = renderTable(report(reportTrial(FAULT, { ...TRIAL, violations }, 1_000)))
  expect(text).toContain(
    "9 x not true that nothing is in the books that was not acknowledged, and nothing twice",
  )
  expect(text.match(/acknowledged to nobody/g)).toHaveLength(5)
  expect(text).toContain("VIOLATED: 0 of 1")
})
