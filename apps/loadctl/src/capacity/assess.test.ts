import { expect, it } from "vitest"

import { figures, k6Facts, measurement } from "../../test/fixtures/evidence.ts"
import { recordRun } from "../../test/support/runs.ts"
import type { RunParts } from "../report/model.ts"
import type { Measurement } from "../stats/model.ts"
import { assessRun, disobedience } from "./assess.ts"
import type { CapacityStep } from "./model.ts"

const { plan } = recordRun({ runId: "run", seconds: 1 })
const verdict = { verdict: "PASS", reasons: [], warnings: [], expectations: [], finishedAt: "" } as const

/** A run whose two endpoints are well, to be spoilt one fact at a time. */
function parts(change: Partial<Measurement> = {}, saved: Partial<RunParts> = {}): RunParts {
  const well = measurement({ endpoints: [figures({ name: "shows" }), figures({ name: "buy" })], ...change })
  const { reasons, warnings, expectations, ...rest } = verdict
  return {
    plan,
    measurement: well,
    audit: { state: "off" },
    verdict: { ...rest, reasons: [...reasons], warnings: [...warnings], expectations: [...expectations] },
    ...saved,
  }
}

it("takes a run that keeps its SLA for a load that holds", () => {
  expect(assessRun(parts(), null)).toMatchObject({
    outcome: "pass",
    reasons: [],
    broken: [],
    requests: 300,
    p95: 90,
  })
})

it("names the limits that broke, the gravest first", () => {
  const slow = [figures({ name: "shows", p95: 600 }), figures({ name: "buy", p95: 900 })]
  const { outcome, broken, reasons } = assessRun(parts({ endpoints: slow }), null)
  expect(outcome).toBe("fail")
  expect(broken).toEqual([
    { endpoint: "buy", metric: "p95", actual: 900, limit: 500 },
    { endpoint: "shows", metric: "p95", actual: 600, limit: 500 },
  ])
  expect(reasons).toHaveLength(2)
})

it("puts failures before any latency", () => {
  const bad = [
    figures({ name: "shows", p95: 5_000 }),
    figures({ name: "buy", failed: 3, statuses: { 500: 3 } }),
  ]
  expect(assessRun(parts({ endpoints: bad }), null).broken[0]).toMatchObject({
    endpoint: "buy",
    metric: "errorRate",
  })
})

it("blames arrivals that had to be dropped on the target", () => {
  const { outcome, reasons, dropped } = assessRun(parts({ k6: k6Facts({ droppedIterations: 12 }) }), null)
  expect({ outcome, dropped }).toEqual({ outcome: "fail", dropped: 12 })
  expect(reasons[0]).toBe("k6 dropped 12 arrivals: every user was still waiting.")
})

it("does not blame them on the target when the generator had no CPU left", () => {
  const starved = { k6: k6Facts({ droppedIterations: 12 }), machine: { k6: 0.95, busy: 1, steal: 0 } }
  expect(assessRun(parts(starved), null).outcome).toBe("untrusted")
})

it("learns nothing from a run that broke off", () => {
  expect(assessRun({ plan }, null)).toMatchObject({
    outcome: "untrusted",
    reasons: ["The run broke off before it was judged."],
    p95: null,
  })
})

it("takes the iterations over the time that was planned for them", () => {
  const phases = { warmupMs: 0, holdMs: 10_000, cooldownMs: 0 }
  const run = parts(
    { window: { from: 0, to: 11_000 }, k6: k6Facts({ iterations: 500 }) },
    { plan: { ...plan, phases } },
  )
  expect(assessRun(run, null).iterationRate).toBe(50)
})

const step: CapacityStep = {
  load: 50,
  why: "step",
  runId: "run",
  ...assessRun(parts(), null),
  iterationRate: 49,
}

it("notices a script that does not read its rate", () => {
  expect(disobedience(step, "iterations/s", null)).toBeNull()
  expect(disobedience({ ...step, iterationRate: 5 }, "iterations/s", null)).toContain("does not read RATE")
  expect(disobedience({ ...step, iterationRate: 200 }, "iterations/s", null)).toContain("made 200.0")
  expect(disobedience({ ...step, iterationRate: 5, outcome: "fail" }, "iterations/s", null)).toBeNull()
})

it("notices a script that does not read its users", () => {
  expect(disobedience(step, "VUs", 50)).toBeNull()
  expect(disobedience(step, "VUs", null)).toBeNull()
  expect(disobedience(step, "VUs", 300)).toBe(
    "k6 was asked for 50 VUs and had 300: the script does not read VUS.",
  )
})

it("fails a load that was offered and not completed, however fast its answers were", () => {
  // 100 arrivals per second for 10 s, of which every second one stays for ever longer.
  const from = Array.from({ length: 1_000 }, (_, index) => index * 10)
  const ms = Float64Array.from(from, (_, index) => (index % 2 === 0 ? 10 : 10 + index * 8))
  const at = Float64Array.from(from, (start, index) => start + ms[index]!)
  const series = {
    scenario: "steady",
    phase: "",
    name: "buy",
    status: "201",
    expected: true,
    errorCode: "",
    at,
    ms,
  }
  const held = parts({ hold: { from: 0, to: 10_000 } })
  const { outcome, reasons, inFlight } = assessRun(held, [series])
  expect(outcome).toBe("fail")
  expect(reasons[0]).toMatch(/^Requests in flight rose from [\d.]+ to [\d.]+ over the hold: more came/)
  expect(inFlight).toHaveLength(6)
})
