import { compareRuns } from "../compare/compare.ts"
import type { Comparison, Limits } from "../compare/model.ts"
import { loadRuns } from "../compare/runs.ts"
import type { LoadedConfig } from "../config.ts"
import { redactEnv, redactUrl } from "../machine/redact.ts"
import type { RunPlan } from "../plan/plan.ts"
import { loadParts } from "../report/load.ts"
import { composeReport } from "../report/model.ts"
import { executeRun } from "../run/run.ts"
import type { RunContext } from "../run/run.ts"
import type { Store } from "../store.ts"
import { AB_SCHEMA } from "./model.ts"
import type { AbReport, AbRun, AbSide } from "./model.ts"
import { abba } from "./order.ts"
import type { SideName, Slot } from "./order.ts"

export type AbContext = Omit<RunContext, "plan" | "loaded"> & {
  id: string
  sides: Record<SideName, AbSide & { loaded: LoadedConfig }>
  rounds: number
  limits: Limits
  planRun: (side: SideName) => Promise<RunPlan>
  /** Called with all there is after every run, to save and to tell. */
  onRun: (report: AbReport) => Promise<void>
}

/**
 * Runs both sides in turns, each time on a stack of its own that is new and seeded (or on the side's target, seeded),
 * and compares what can be trusted. Interrupted, it compares the rounds that are complete.
 */
export async function driveExperiment(context: AbContext): Promise<AbReport> {
  const { io, observer, rounds } = context
  let report = emptyReport(context, await context.planRun("a"))
  for (const slot of abba(rounds)) {
    observer.note(`Round ${slot.round} of ${rounds}: ${slot.side.toUpperCase()}.`)
    const plan = await context.planRun(slot.side)
    await runSide(context, { slot, plan })
    // An interrupted run, or one that never began, says nothing.
    if (io.interrupted.aborted) break
    report = await withRun(context, report, { slot, plan })
    await context.onRun(report)
  }
  const ended: AbReport = { ...report, ended: io.interrupted.aborted ? "interrupted" : "done" }
  await context.onRun(ended)
  return ended
}

type Taken = { slot: Slot; plan: RunPlan }

async function runSide(context: AbContext, { slot, plan }: Taken): Promise<void> {
  const { loaded, target } = context.sides[slot.side]
  try {
    await executeRun({ ...context, loaded, plan, alwaysPrivate: target === null })
  } catch (error) {
    if (!context.io.interrupted.aborted) throw error
  }
}

async function withRun(context: AbContext, report: AbReport, { slot, plan }: Taken): Promise<AbReport> {
  const parts = await loadParts(await context.store.find(plan.runId))
  const { runId, verdict, reasons, requests, failed, overall } = composeReport(parts)
  const { rate, p50, p95, p99 } = overall
  const machine = parts.measurement?.machine ?? null
  const run: AbRun = { ...slot, runId, verdict, reasons, requests, rate, p50, p95, p99, failed, machine }
  const runs = [...report.runs, run]
  return {
    ...report,
    runs,
    scenario: plan.scenario,
    comparison: await compareSides(context.store, runs, context.limits),
    manifest: report.manifest ?? parts.manifest ?? null,
    finishedAt: new Date().toISOString(),
  }
}

/** Null while one side has no run that can be trusted. */
async function compareSides(
  store: Store,
  runs: readonly AbRun[],
  limits: Limits,
): Promise<Comparison | null> {
  const trusted = runs.filter(({ verdict }) => verdict !== "INVALID")
  const idsOf = (name: SideName) => trusted.filter(({ side }) => side === name).map(({ runId }) => runId)
  const [a, b] = [idsOf("a"), idsOf("b")]
  if (a.length === 0 || b.length === 0) return null
  const comparison = compareRuns(
    { base: await loadRuns(store, a), candidate: await loadRuns(store, b) },
    { limits, allow: [] },
  )
  const left = runs.length - trusted.length
  const note = `${left} of ${runs.length} runs were left out because they are invalid.`
  return left === 0 ? comparison : { ...comparison, notes: [note, ...comparison.notes] }
}

function emptyReport({ id, sides, rounds }: AbContext, plan: RunPlan): AbReport {
  const { scenario, persona, variants, scale } = plan
  const now = new Date().toISOString()
  return {
    schema: AB_SCHEMA,
    id,
    scenario,
    persona,
    variants,
    scale,
    sides: { a: shown(sides.a), b: shown(sides.b) },
    rounds,
    startedAt: now,
    finishedAt: now,
    ended: "running",
    runs: [],
    comparison: null,
    manifest: null,
  }
}

function shown({ env, target }: AbSide): AbSide {
  return { env: redactEnv(env), target: target === null ? null : redactUrl(target) }
}
