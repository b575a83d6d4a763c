import type { Manifest } from "../machine/manifest.ts"
import type { RunPlan } from "../plan/plan.ts"
import { loadParts } from "../report/load.ts"
import { loadEverySample } from "../report/samples.ts"
import type { Outcome } from "../sla/judge.ts"
import type { MachineUse } from "../stats/model.ts"
import type { RunFolder, Store } from "../store.ts"
import { runFigures } from "./figures.ts"
import type { RunFigures } from "./figures.ts"
import { standingOf } from "./standing.ts"
import type { Standing } from "./standing.ts"

/** A saved run, as far as a comparison looks at it. */
export type ComparedRun = {
  runId: string
  plan: RunPlan
  manifest: Manifest | null
  verdict: Outcome
  standing: Standing
  /** Empty for a run that does not count. */
  figures: RunFigures
  held: boolean
  machine: MachineUse | null
}

/**
 * Reads the named runs. Throws a usage error for one that does not exist.
 *
 * @param plan says what counts as a failure; each run's own when it is left out
 */
export async function loadRuns(
  store: Store,
  runIds: readonly string[],
  plan?: RunPlan,
): Promise<ComparedRun[]> {
  const runs: ComparedRun[] = []
  // One after the other: the requests of a run can be tens of megabytes while they are read.
  for (const runId of runIds) runs.push(await loadRun(await store.find(runId), plan))
  return runs
}

/** The plan of a saved run. Throws a usage error when there is none of that name. */
export async function loadPlan(store: Store, runId: string): Promise<RunPlan> {
  return (await loadParts(await store.find(runId))).plan
}

async function loadRun(folder: RunFolder, judgedBy: RunPlan | undefined): Promise<ComparedRun> {
  const parts = await loadParts(folder)
  const { plan, manifest = null, measurement, verdict } = parts
  const standing = standingOf(parts)
  const figures =
    standing.counts && measurement
      ? runFigures(await loadEverySample(folder, plan), measurement, judgedBy ?? plan)
      : new Map<string, never>()
  return {
    runId: plan.runId,
    plan,
    manifest,
    verdict: verdict ? verdict.verdict : "INVALID",
    standing,
    figures,
    held: measurement ? measurement.hold !== null : false,
    machine: measurement ? measurement.machine : null,
  }
}
