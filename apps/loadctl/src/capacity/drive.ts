import { beginSeries } from "../document.ts"
import type { SeriesRecord } from "../document.ts"
import { usageError } from "../errors.ts"
import { loadParts } from "../report/load.ts"
import { loadSamples } from "../report/samples.ts"
import { requireK6 } from "../k6/find.ts"
import type { RunPlan } from "../plan/plan.ts"
import { runOn } from "../run/run.ts"
import type { RunContext } from "../run/run.ts"
import { reachTarget } from "../run/target.ts"
import { assessRun, disobedience } from "./assess.ts"
import { findingsOf } from "./findings.ts"
import { CAPACITY_SCHEMA } from "./model.ts"
import type { CapacityReport, CapacityStep, LoadUnit } from "./model.ts"
import { nextStep } from "./search.ts"
import type { SearchOptions, Step } from "./search.ts"

export type CapacityContext = Omit<RunContext, "plan"> &
  Pick<SeriesRecord, "id" | "command"> & {
    alwaysPrivate: boolean
    unit: LoadUnit
    apiEnv: Record<string, string>
    options: SearchOptions & { maxTimeSeconds: number }
    /** Plans a run under that load. */
    planStep: (load: number) => Promise<RunPlan>
    /** Called with all there is after every run, to save and to show it. */
    onStep: (report: CapacityReport) => Promise<void>
  }

/**
 * Runs the scenario at one load after the other until the search is over, the time is up or it is interrupted;
 * whatever was found by then is the answer. One target serves all runs and is seeded before each.
 */
export async function driveSearch(context: CapacityContext): Promise<CapacityReport> {
  const { loaded, io, observer, options, apiEnv, alwaysPrivate } = context
  const owner = `capacity search ${context.id}`
  await using testTarget = await reachTarget(loaded, { io, observer, apiEnv, owner, alwaysPrivate })
  const binary = await requireK6(io, observer.note)
  let report = emptyReport(context, await context.planStep(options.start))
  for (;;) {
    const step = nextStep(options, report.steps)
    const ended = endOf(step, report, context)
    if (ended !== null || step.kind === "done") {
      report = { ...report, ended: ended ?? "found" }
      await context.onStep(report)
      return report
    }
    observer.note(`Trying ${step.load} ${context.unit} (${step.why}).`)
    const plan = await context.planStep(step.load)
    try {
      // The first run warms it up for all of them.
      const warmUp = report.steps.length === 0 ? context.warmUp : false
      await runOn({ ...context, plan, testTarget, binary, warmUp })
    } catch (error) {
      if (!io.interrupted.aborted) throw error
    }
    report = await withStep(context, report, { step, plan })
  }
}

/** Whether to stop although there is more to try. A run is not begun that would end after the time is up. */
function endOf(step: Step, report: CapacityReport, context: CapacityContext): CapacityReport["ended"] | null {
  if (context.io.interrupted.aborted) return "interrupted"
  if (step.kind === "done") return null
  const elapsed = Date.now() - Date.parse(report.startedAt)
  const eachMs = report.steps.length > 0 ? elapsed / report.steps.length : 0
  return elapsed + eachMs > context.options.maxTimeSeconds * 1_000 ? "out of time" : null
}

type Taken = { step: Extract<Step, { kind: "try" }>; plan: RunPlan }

async function withStep(
  context: CapacityContext,
  report: CapacityReport,
  { step, plan }: Taken,
): Promise<CapacityReport> {
  const { store, unit, io } = context
  // What an interrupted run has seen is about a load that never was.
  if (io.interrupted.aborted) return report
  const folder = await store.find(plan.runId)
  const parts = await loadParts(folder)
  const samples = await loadSamples(folder, parts.plan)
  const { load, why } = step
  const taken: CapacityStep = { load, why, runId: plan.runId, ...assessRun(parts, samples) }
  const refusal = disobedience(taken, unit, parts.measurement?.k6.metrics["vus_max"]?.["max"] ?? null)
  if (refusal) throw usageError(refusal, "See loadctl capacity --help for what the script has to read.")
  const manifest = report.manifest ?? parts.manifest ?? null
  const steps = [...report.steps, taken]
  const finishedAt = new Date().toISOString()
  const next = { ...report, ...findingsOf({ ...report, steps }), manifest, steps, finishedAt }
  await context.onStep(next)
  return next
}

function emptyReport(context: CapacityContext, plan: RunPlan): CapacityReport {
  const { unit, options } = context
  return {
    schema: CAPACITY_SCHEMA,
    ...beginSeries(context, plan),
    unit,
    holdSeconds: plan.phases ? plan.phases.holdMs / 1_000 : null,
    options,
    ended: "running",
    ...findingsOf({ steps: [], options, unit }),
    steps: [],
  }
}
