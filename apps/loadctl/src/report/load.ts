import { usageError } from "../errors.ts"
import { PLAN_SCHEMA } from "../plan/plan.ts"
import type { RunPlan } from "../plan/plan.ts"
import type { RunFolder } from "../store.ts"
import { composeReport } from "./model.ts"
import type { RunParts, RunReport } from "./model.ts"

/** A saved run as a report, from its folder alone. Throws a usage error for a folder that another version wrote. */
export async function loadReport(folder: RunFolder): Promise<RunReport> {
  return composeReport(await loadParts(folder))
}

/** The files of a run as they are; what it did not come to is undefined. */
export async function loadParts(folder: RunFolder): Promise<RunParts> {
  const [plan, manifest, measurement, audit, verdict, health] = await Promise.all(
    ["plan.json", "manifest.json", "endpoints.json", "audit.json", "verdict.json", "metrics.json"].map(
      folder.readJson,
    ),
  )
  if (!isOurs(plan)) throw usageError(`${folder.runId} was not saved by this version of loadctl.`)
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- files of our own, whose version the plan names
  return { plan, manifest, measurement, audit, verdict, health } as RunParts
}

/** A plan that was saved apart from a run. Throws a usage error for one of another version. */
export function parsePlan(plan: unknown): RunPlan {
  if (!isOurs(plan)) throw usageError("The plan was not saved by this version of loadctl.")
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a file of our own, whose version it names
  return plan as RunPlan
}

function isOurs(plan: unknown): boolean {
  return typeof plan === "object" && plan !== null && "schema" in plan && plan.schema === PLAN_SCHEMA
}
