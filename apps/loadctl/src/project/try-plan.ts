import { randomBytes } from "node:crypto"

import { makePlan } from "../plan/plan.ts"
import type { RunPlan } from "../plan/plan.ts"
import type { Config } from "../plan/schema.ts"

/** The plan of a scenario that is looked at and not saved. */
export function tryPlan(config: Config, scenario: string, variables: Record<string, string>): RunPlan {
  const k6 = { env: variables, load: [], outs: [] }
  const request = { scenario, variants: [], scale: 1, apiEnv: {}, k6 }
  return makePlan(config, request, { runId: `try-${randomBytes(2).toString("hex")}`, at: new Date() })
}
