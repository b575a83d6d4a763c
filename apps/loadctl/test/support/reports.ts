import type { Audit } from "../../src/audit/model.ts"
import { makePlan } from "../../src/plan/plan.ts"
import type { RunPlan } from "../../src/plan/plan.ts"
import { Config } from "../../src/plan/schema.ts"
import { composeReport } from "../../src/report/model.ts"
import type { RunReport } from "../../src/report/model.ts"
import { judge } from "../../src/sla/judge.ts"
import type { Measurement } from "../../src/stats/model.ts"
import { measurement, sla } from "../fixtures/evidence.ts"

const CONFIG = Config.parse({ target: { url: "http://t" }, script: "a.js", scenarios: { sale: {} } })

/** The plan that the fixtures of a measurement belong to. */
export function salePlan(change: Partial<RunPlan> = {}): RunPlan {
  const start = { runId: "20261122-181530-sale-3f9a", at: new Date("2026-11-22T18:15:30Z") }
  const request = { scenario: "sale", variants: [], scale: 1, apiEnv: {} }
  return { ...makePlan(CONFIG, request, start), sla: sla(), ...change }
}

export const CLEAN: Extract<Audit, { state: "done" }> = {
  state: "done",
  ok: true,
  checks: [{ id: "money", title: "money is conserved", violations: 0 }],
  settledAfterMs: 0,
}

/** A finished run as it is reported, judged by its own parts. */
export function finishedReport({
  plan = salePlan(),
  measured = measurement(),
  audit = CLEAN,
}: { plan?: RunPlan; measured?: Measurement; audit?: Audit } = {}): RunReport {
  const verdict = judge({ plan, measurement: measured, audit, stopped: null })
  return composeReport({
    plan,
    measurement: measured,
    audit,
    verdict: { ...verdict, finishedAt: "2026-11-22T18:16:30.000Z" },
  })
}
