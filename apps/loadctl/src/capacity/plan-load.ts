import type { RunPlan } from "../plan/plan.ts"
import type { LoadUnit } from "./model.ts"

/** Whether iterations begin at equal distances, or as independent users come: in clusters, and with pauses. */
export type Arrivals = "even" | "poisson"

/** A plan that runs its scenario under one load for so many seconds: the script reads RATE or VUS, DURATION and ARRIVALS. */
export function planLoad(
  plan: RunPlan,
  wanted: { load: number; unit: LoadUnit; holdSeconds: number; arrivals: Arrivals },
): RunPlan {
  const { load, unit, holdSeconds, arrivals } = wanted
  const variable = unit === "VUs" ? "VUS" : "RATE"
  return {
    ...plan,
    phases: plan.phases && { ...plan.phases, holdMs: holdSeconds * 1_000 * plan.scale },
    k6Env: {
      ...plan.k6Env,
      [variable]: String(load),
      DURATION: String(holdSeconds),
      // Even arrivals are what k6 makes by itself.
      ...(arrivals === "even" ? {} : { ARRIVALS: arrivals }),
    },
  }
}
