import type { SampleSeries } from "../recorder/recording.ts"
import type { Manifest } from "../machine/manifest.ts"
import type { RunPlan } from "../plan/plan.ts"
import { loadParts } from "../report/load.ts"
import { loadSamples } from "../report/samples.ts"
import type { Outcome } from "../sla/judge.ts"
import type { MachineUse, Window } from "../stats/model.ts"
import type { RunFolder, Store } from "../store.ts"

/** A saved run, as far as a comparison looks at it. */
export type ComparedRun = {
  runId: string
  plan: RunPlan
  manifest: Manifest | null
  verdict: Outcome
  reasons: string[]
  /** Null where only k6's summary is known. */
  samples: SampleSeries[] | null
  window: Window | null
  hold: Window | null
  machine: MachineUse | null
}

/** Reads the named runs. Throws a usage error for one that does not exist. */
export async function loadRuns(store: Store, runIds: readonly string[]): Promise<ComparedRun[]> {
  const runs: ComparedRun[] = []
  // One after the other: the requests of a run can be tens of megabytes while they are read.
  for (const runId of runIds) runs.push(await loadRun(await store.find(runId)))
  return runs
}

async function loadRun(folder: RunFolder): Promise<ComparedRun> {
  const { plan, manifest = null, measurement, verdict: judged } = await loadParts(folder)
  const { window, hold, machine } = measurement ?? { window: null, hold: null, machine: null }
  const { verdict, reasons } = judged ?? { verdict: "INVALID", reasons: [] }
  return {
    runId: plan.runId,
    plan,
    manifest,
    verdict,
    reasons,
    samples: await loadSamples(folder),
    window,
    hold,
    machine,
  }
}
