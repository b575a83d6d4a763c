import { expect, it } from "vitest"

import { figures, k6Facts, measurement } from "../../test/fixtures/evidence.ts"
import { makePlan } from "../plan/plan.ts"
import { Config } from "../plan/schema.ts"
import type { RunParts } from "../report/model.ts"
import { judge } from "../sla/judge.ts"
import type { Measurement } from "../stats/model.ts"
import { standingOf } from "./standing.ts"

const CONFIG = Config.parse({
  target: { url: "http://127.0.0.1:3000" },
  script: "visit.js",
  sla: { each: { p95: 200 }, endpoints: { order: {} } },
  scenarios: { steady: {} },
})
const plan = makePlan(
  CONFIG,
  { scenario: "steady", variants: [], scale: 1, apiEnv: {} },
  { runId: "one", at: new Date(0) },
)

/** A run that was measured like this and judged as every run is. */
function parts(change: Partial<Measurement>): RunParts {
  const measured = measurement(change)
  const judged = judge({ plan, measurement: measured, audit: { state: "off" }, stopped: null })
  return {
    plan,
    measurement: measured,
    audit: { state: "off" },
    verdict: { ...judged, finishedAt: "2026-11-25T00:00:00Z" },
  }
}

it("lets a run count that passed, and one that failed", () => {
  expect(standingOf(parts({}))).toEqual({ counts: true })
  const slow = figures({ p95: 900 })
  expect(standingOf(parts({ endpoints: [slow] }))).toEqual({ counts: true })
})

it("lets a run count whose target was too slow to answer often enough", () => {
  const few = { overall: figures({ name: "overall", n: 3 }), endpoints: [figures({ n: 3 })] }
  const reconciliation: Measurement["reconciliation"] = []
  expect(standingOf(parts({ ...few, reconciliation }))).toEqual({ counts: true })
  expect(standingOf(parts({ k6: k6Facts({ droppedIterations: 5_000 }) }))).toEqual({ counts: true })
})

it("lets a run count that never got an answer: the slowest there is", () => {
  const none = figures({ n: 0, p50: null, p95: null, p99: null, max: null, statuses: {} })
  const unanswered = parts({
    overall: { ...none, name: "overall" },
    endpoints: [none],
    reconciliation: [],
    k6: k6Facts({ interruptedIterations: 10 }),
  })
  expect(standingOf(unanswered)).toEqual({ counts: true })
})

it("voids a run whose generator was starved, whatever the target did", () => {
  const starved = parts({ machine: { k6: 0.95, busy: 1, steal: 0 } })
  expect(starved.verdict?.verdict).toBe("INVALID")
  expect(standingOf(starved)).toMatchObject({ counts: false })
})

it("voids a run that broke off", () => {
  expect(standingOf({ plan })).toEqual({ counts: false, why: "it broke off before it was judged" })
})
