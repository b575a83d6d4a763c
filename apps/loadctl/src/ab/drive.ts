import { compareRuns } from "../compare/compare.ts"
import type { Comparison, Limits } from "../compare/model.ts"
import { loadRuns } from "../compare/runs.ts"
import type { LoadedConfig } from "../config.ts"
import { redactEnv, redactUrl } from "../machine/redact.ts"
import type { RunPlan } from "../plan/plan.ts"
import { loadParts } from "../report/load.ts"
import { composeReport } from "../report/model.ts"
import type { RunParts } from "../report/model.ts"
import { executeRun } from "../run/run.ts"
import type { RunContext } from "../run/run.ts"
import { countText } from "../sla/text.ts"
import { AB_SCHEMA } from "./model.ts"
import type { AbReport, AbRun, AbSide, SideComparison } from "./model.ts"
import { inTurns } from "./order.ts"
import type { SideName, Slot } from "./order.ts"
import { summarizeSides } from "./summary.ts"

export type ReadySide = AbSide & { name: SideName; loaded: LoadedConfig }

export type AbContext = Omit<RunContext, "plan" | "loaded"> & {
  id: string
  command: string
  /** Two at least; the first is what the others are compared with. */
  sides: readonly ReadySide[]
  rounds: number
  limits: Limits
  planRun: (side: ReadySide) => Promise<RunPlan>
  /** Called with all there is after every run, to save and to tell. */
  onRun: (report: AbReport) => Promise<void>
}

/**
 * Runs the sides in turns, each time on a stack of its own that is new and seeded (or on the side's target, seeded),
 * and compares what can be trusted. Interrupted, it compares the runs that are complete.
 */
export async function driveExperiment(context: AbContext): Promise<AbReport> {
  const { io, observer, rounds, sides } = context
  const [first] = sides
  if (!first) throw new RangeError("an experiment has sides")
  let report = emptyReport(context, await context.planRun(first))
  const names = sides.map(({ name }) => name)
  for (const slot of inTurns(rounds, names)) {
    const side = sides.find(({ name }) => name === slot.side) ?? first
    observer.note(`Round ${slot.round} of ${rounds}: ${slot.side.toUpperCase()}.`)
    const plan = await context.planRun(side)
    await runSide(context, side, plan)
    // An interrupted run, or one that never began, says nothing.
    if (io.interrupted.aborted) break
    report = await withRun(context, report, { slot, plan })
    await context.onRun(report)
  }
  const ended: AbReport = { ...report, ended: io.interrupted.aborted ? "interrupted" : "done" }
  await context.onRun(ended)
  return ended
}

async function runSide(context: AbContext, { loaded, target }: ReadySide, plan: RunPlan): Promise<void> {
  try {
    await executeRun({ ...context, loaded, plan, alwaysPrivate: target === null })
  } catch (error) {
    if (!context.io.interrupted.aborted) throw error
  }
}

async function withRun(
  context: AbContext,
  report: AbReport,
  { slot, plan }: { slot: Slot; plan: RunPlan },
): Promise<AbReport> {
  const parts = await loadParts(await context.store.find(plan.runId))
  const runs = [...report.runs, abRun(slot, parts)]
  const names = context.sides.map(({ name }) => name)
  return {
    ...report,
    runs,
    scenario: plan.scenario,
    summaries: summarizeSides(runs, names),
    comparisons: await compareSides(context, runs),
    manifest: report.manifest ?? parts.manifest ?? null,
    finishedAt: new Date().toISOString(),
  }
}

function abRun(slot: Slot, parts: RunParts): AbRun {
  const { runId, verdict, reasons, requests, failed, overall, endpoints, audit } = composeReport(parts)
  const { rate, p50, p95, p99 } = overall
  return {
    ...slot,
    runId,
    verdict,
    reasons,
    requests,
    rate,
    p50,
    p95,
    p99,
    failed,
    endpoints: endpoints.map(({ name, p95, limit, failed }) => ({ name, p95, limit, failed })),
    audit: audit.ok,
    machine: parts.measurement?.machine ?? null,
  }
}

/** Every side but the first, against the first. */
async function compareSides(
  { sides, store, limits }: AbContext,
  runs: readonly AbRun[],
): Promise<SideComparison[]> {
  const trusted = runs.filter(({ verdict }) => verdict !== "INVALID")
  const idsOf = (name: SideName) => trusted.filter(({ side }) => side === name).map(({ runId }) => runId)
  const [first, ...others] = sides.map(({ name }) => name)
  const base = first === undefined ? [] : await loadRuns(store, idsOf(first))
  const comparisons: SideComparison[] = []
  for (const side of others) {
    const ids = idsOf(side)
    const candidate = base.length > 0 ? await loadRuns(store, ids) : []
    const comparison = candidate.length > 0 ? compareRuns({ base, candidate }, { limits, allow: [] }) : null
    const left =
      runs.filter((run) => run.side === side || run.side === first).length - base.length - ids.length
    comparisons.push({ side, comparison: comparison && withNote(comparison, left) })
  }
  return comparisons
}

function withNote(comparison: Comparison, left: number): Comparison {
  if (left === 0) return comparison
  const note = `${countText(left, "run")} of these sides left out as invalid.`
  return { ...comparison, notes: [note, ...comparison.notes] }
}

function emptyReport({ id, command, sides, rounds }: AbContext, plan: RunPlan): AbReport {
  const { scenario, persona, variants, scale } = plan
  const now = new Date().toISOString()
  return {
    schema: AB_SCHEMA,
    id,
    command,
    scenario,
    persona,
    variants,
    scale,
    sides: Object.fromEntries(sides.map((side) => [side.name, shown(side)])),
    rounds,
    startedAt: now,
    finishedAt: now,
    ended: "running",
    runs: [],
    summaries: [],
    comparisons: [],
    manifest: null,
  }
}

function shown({ env, target }: AbSide): AbSide {
  return { env: redactEnv(env), target: target === null ? null : redactUrl(target) }
}
