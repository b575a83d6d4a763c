import type { RunPlan } from "../plan/plan.ts"
import type { LoadUnit } from "./model.ts"

/** A plan that runs its scenario under one load for so many seconds: RATE or VUS, and DURATION, tell the script. */
export function planLoad(
  plan: RunPlan,
  wanted: { load: number; unit: LoadUnit; holdSeconds: number },
): RunPlan {
  const { load, unit, holdSeconds } = wanted
  const variable = unit === "VUs" ? "VUS" : "RATE"
  return {
    ...plan,
    phases: plan.phases && { ...plan.phases, holdMs: holdSeconds * 1_000 * plan.scale },
    k6Env: { ...plan.k6Env, [variable]: String(load), DURATION: String(holdSeconds) },
  }
}
