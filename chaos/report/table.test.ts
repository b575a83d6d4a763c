import { expect, it } from "vitest"

import type { Violation } from "../checks/violation.ts"
import type { ExperimentResult } from "../experiment/run.ts"
import { reportExperiment } from "./report.ts"
import type { FaultReport, Report } from "./report.ts"
import { renderTable } from "./table.ts"

const FAULT = {
  name: "kill-api",
  title: "kill -9 of the API",
  promptLimitMs: 1_000,
  run: () => Promise.resolve(),
}
const RESULT: ExperimentResult = {
  violations: [],
  downtimes: [
    { downtimeMs: { charge: 100, order: 300, claim: 0 }, recoveryMs: 50, answerP99Ms: 20, baselineP99Ms: 9 },
    {
      downtimeMs: { charge: 200, order: 100, claim: 0 },
      recoveryMs: 70,
      answerP99Ms: null,
      baselineP99Ms: 9,
    },
  ],
  unacknowledged: [
    { at: 1, counts: { charge: 2, order: 0, claim: 0 } },
    { at: 2, counts: { charge: 1, order: 7, claim: 0 } },
  ],
  grantedAfterMs: 12,
  growth: [],
  sent: 90,
  acknowledged: 80,
  refused: 5,
  openAttempts: 5,
  resolvedByKey: 1,
  notes: {},
}

const CPU = { busy: 0.5, steal: 0 }
const reportOf = (result: ExperimentResult): FaultReport => ({
  ...reportExperiment(FAULT, result, 1_000),
  cpu: CPU,
})

const report = (...faults: FaultReport[]): Report => ({
  schema: "saleproof.chaos/2",
  verdict: faults.some(({ verdict }) => verdict === "violated") ? "violated" : "passed",
  seed: "7",
  pace: "quick",
  users: 300,
  command: "npm run chaos -- --quick",
  startedAt: "2026-01-01T00:00:00.000Z",
  tookMs: 12_345,
  loadBefore: 0.25,
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

it("takes the worst of all injections, each figure by itself", () => {
  expect(reportExperiment(FAULT, RESULT, 1_000).figures).toMatchObject({
    injections: 2,
    downtimeMs: { charge: 200, order: 300, claim: 0 },
    recoveryMs: 70,
    answerP99Ms: 20,
    unacknowledged: { charge: 2, order: 7, claim: 0 },
  })
})

it("has no time of return when the service did not return once", () => {
  const [downtime] = RESULT.downtimes
  const downtimes = downtime ? [...RESULT.downtimes, { ...downtime, recoveryMs: null }] : []
  expect(reportExperiment(FAULT, { ...RESULT, downtimes }, 1_000).figures?.recoveryMs).toBeNull()
})

it("shows one line per fault, and what was not possible", () => {
  const notPossible: FaultReport = {
    fault: "disk-full",
    title: "",
    verdict: "not possible",
    reason: "mount: only root may do that",
    tookMs: 100,
    cpu: CPU,
    violations: [],
  }
  expect(renderTable(report(reportOf(RESULT), notPossible))).toMatchInlineSnapshot(`
    "fault      verdict       requests  ack  open  by key  downtime   back    p99  unack    busy   took
    kill-api   passed              90   80     5       1     0.3 s  70 ms  20 ms      7  50.0 %  1.0 s
    disk-full  not possible                                                              50.0 %  0.1 s

    promise                                                                  limit  worst
    promises about the data that were broken                          kept       0      0
    requests whose outcome their key did not settle                   kept       0      0
    service back, from when the target was back                       kept   3.0 s  70 ms  kill-api
    99 % of the answers meanwhile, 503 included, beyond the baseline  kept   1.0 s  11 ms  kill-api
    charges of one injection committed without an answer              kept     128      2  kill-api
    orders of one injection committed without an answer               kept     256      7  kill-api
    claims of one injection committed without an answer               kept     256      0
    every granted claim a coupon, after recovery                      kept  60.0 s  12 ms  kill-api

    disk-full was not possible here: mount: only root may do that

    PASSED: 1 of 2 faults passed, seed 7, quick, 300 users, 12.3 s
    2 cores · CPU busy unknown · steal unknown · load average before 0.3 · Node  · commit unknown
    "
  `)
})

it("says which promise was broken how often, with examples", () => {
  const violations = Array.from({ length: 9 }, (_, index) => ({
    check: "once" as const,
    detail: `the order ${index} was acknowledged to no client`,
  }))
  const text = renderTable(report(reportOf({ ...RESULT, violations })))
  expect(text).toContain(
    "9 x not true that nothing is in the database that was not acknowledged, and nothing twice",
  )
  expect(text.match(/acknowledged to no client/g)).toHaveLength(5)
  expect(text).toContain("VIOLATED: 0 of 1")
})

it("says how busy the machine was, and when nothing but time was lost", () => {
  const late: Violation = { check: "back", detail: "the service came back after 4000 ms" }
  const lost: Violation = { check: "once", detail: "the order 1 was acknowledged to no client" }
  const only = "Only promises about time were broken"
  const passed = renderTable(report(reportOf(RESULT)))
  expect(passed).toContain("CPU busy unknown · steal unknown · load average before 0.3")
  expect(passed).not.toContain(only)
  expect(renderTable(report(reportOf({ ...RESULT, violations: [late] })))).toContain(only)
  expect(renderTable(report(reportOf({ ...RESULT, violations: [late, lost] })))).not.toContain(only)
})
