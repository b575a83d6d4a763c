import { z } from "zod"

import { usageError } from "../errors.ts"
import { PLAN_SCHEMA } from "../plan/plan.ts"
import type { RunPlan } from "../plan/plan.ts"
import { damagedError } from "../store.ts"
import type { RunFolder } from "../store.ts"
import { composeReport } from "./model.ts"
import type { RunParts, RunReport } from "./model.ts"

/** A saved run as a report, from its folder alone. Throws a usage error for a folder that another version wrote. */
export async function loadReport(folder: RunFolder): Promise<RunReport> {
  return composeReport(await loadParts(folder))
}

/** The files of a run as they are; what it did not come to is undefined. */
export async function loadParts(folder: RunFolder): Promise<RunParts> {
  const plan = await folder.readJson("plan.json")
  if (!isOurs(plan)) throw usageError(`${folder.runId} was not saved by this version of loadctl.`)
  checkShape(PLAN, plan, folder.file("plan.json"))
  const [manifest, measurement, audit, verdict, health] = await Promise.all(
    Object.entries(SHAPES).map(async ([name, shape]) => {
      const part = await folder.readJson(name)
      if (part !== undefined) checkShape(shape, part, folder.file(name))
      return part
    }),
  )
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- files of our own, whose version the plan names
  const parts = { plan, manifest, measurement, audit, verdict, health } as RunParts
  if (parts.verdict?.verdict !== "PASS") return parts
  for (const [name, part] of [
    ["endpoints.json", parts.measurement],
    ["audit.json", parts.audit],
  ] as const)
    if (!part) throw damagedError(folder.file(name), new Error("the run passed, and the file is missing"))
  return parts
}

const Row = z.looseObject({ name: z.string(), n: z.number(), failed: z.number() })
const Anything = z.looseObject({})
const PLAN = z.looseObject({
  runId: z.string(),
  sla: z.looseObject({ each: Anything, overall: Anything, endpoints: Anything }),
  k6Scenarios: z.array(z.string()),
})

// As much of each as tells it from another file, or from what was cut or changed.
const SHAPES = {
  "manifest.json": z.looseObject({ versions: Anything, hashes: Anything, machine: Anything }),
  "endpoints.json": z.looseObject({ overall: Row, endpoints: z.array(Row), k6: Anything }),
  "audit.json": z.looseObject({ state: z.string() }),
  "verdict.json": z.looseObject({
    verdict: z.enum(["PASS", "FAIL", "INVALID"]),
    reasons: z.array(z.string()),
    warnings: z.array(z.string()),
    expectations: z.array(z.unknown()),
  }),
  "metrics.json": z.looseObject({ samples: z.array(z.unknown()) }),
}

function checkShape(shape: z.ZodType, part: unknown, file: string): void {
  const [issue] = shape.safeParse(part).error?.issues ?? []
  if (issue)
    throw damagedError(file, new Error(`${issue.path.join(".") || "the document"} is not as it was saved`))
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
