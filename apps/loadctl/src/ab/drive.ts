import assert from "node:assert/strict"

import { compareRounds } from "../compare/compare.ts"
import type { Limits } from "../compare/model.ts"
import { loadRuns } from "../compare/runs.ts"
import type { ComparedRun } from "../compare/runs.ts"
import type { LoadedConfig } from "../config.ts"
import { beginSeries } from "../document.ts"
import type { SeriesRecord } from "../document.ts"
import { redactEnv, redactUrl } from "../machine/redact.ts"
import type { RunPlan } from "../plan/plan.ts"
import { loadParts } from "../report/load.ts"
import { composeReport } from "../report/model.ts"
import type { RunParts } from "../report/model.ts"
import { executeRun } from "../run/run.ts"
import type { RunContext } from "../run/run.ts"
import type { Look } from "./looks.ts"
import { AB_SCHEMA } from "./model.ts"
import type { AbReport, AbRun, AbSide, SideComparison } from "./model.ts"
import { inTurns } from "./order.ts"
import type { SideName, Slot } from "./order.ts"
import { summarizeSides } from "./summary.ts"

export type ReadySide = AbSide & { name: SideName; loaded: LoadedConfig }

export type AbContext = Omit<RunContext, "plan" | "loaded"> &
  Pick<SeriesRecord, "id" | "command"> & {
    /** Two at least; the first is what the others are compared with. */
    sides: readonly ReadySide[]
    /** The most that are run. */
    rounds: number
    looks: readonly Look[]
    limits: Limits
    planRun: (side: ReadySide) => Promise<RunPlan>
    /** Called with all there is after every run, to save and to show it. */
    onRun: (report: AbReport) => Promise<void>
  }

/**
 * Runs the sides in turns, each time on a stack of its own that is new and seeded (or on the side's target, seeded),
 * and judges them at the planned looks; the first look that decides is the last. Interrupted, it shows the rounds that
 * are complete.
 */
export async function driveExperiment(context: AbContext): Promise<AbReport> {
  const { io, observer, rounds, sides } = context
  const [first] = sides
  assert(first, "an experiment has sides")
  const experiment = { ...context, loadedRuns: new Map<string, ComparedRun>() }
  let report = emptyReport(context, await context.planRun(first))
  const names = sides.map(({ name }) => name)
  for (const slot of inTurns(rounds, names)) {
    const side = sides.find(({ name }) => name === slot.side)!
    observer.note(`Round ${slot.round} of ${rounds}: ${slot.side.toUpperCase()}.`)
    const plan = await context.planRun(side)
    await runSide(context, side, plan)
    // An interrupted run, or one that never began, says nothing.
    if (io.interrupted.aborted) break
    report = await withRun(experiment, report, { slot, plan })
    await context.onRun(report)
    if (isDecided(report, names.length)) {
      report = { ...report, ended: "decided" }
      break
    }
  }
  const ended: AbReport =
    report.ended === "decided"
      ? report
      : { ...report, ended: io.interrupted.aborted ? "interrupted" : "done" }
  await context.onRun(ended)
  return ended
}

/** Whether a planned look has decided of every side whether it differs from the first. */
function isDecided({ runs, looks, comparisons, rounds }: AbReport, sides: number): boolean {
  const round = runs.length / sides
  if (round >= rounds || !looks.some((look) => look.round === round)) return false
  return comparisons.every(({ comparison }) => comparison !== null && comparison.verdict !== "inconclusive")
}

type Experiment = AbContext & { loadedRuns: Map<string, ComparedRun> }

async function runSide(context: AbContext, { loaded, target }: ReadySide, plan: RunPlan): Promise<void> {
  try {
    await executeRun({ ...context, loaded, plan, alwaysPrivate: target === null })
  } catch (error) {
    if (!context.io.interrupted.aborted) throw error
  }
}

async function withRun(
  context: Experiment,
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

/** Every side but the first, against the first, over the rounds in which both have run. */
async function compareSides(
  { sides, store, limits, looks, loadedRuns }: Experiment,
  runs: readonly AbRun[],
): Promise<SideComparison[]> {
  for (const { runId } of runs) {
    if (loadedRuns.has(runId)) continue
    const [run] = await loadRuns(store, [runId])
    loadedRuns.set(runId, run!)
  }
  const roundsOf = (name: SideName) =>
    runs.filter(({ side }) => side === name).map(({ runId }) => loadedRuns.get(runId)!)
  const [first, ...others] = sides.map(({ name }) => name)
  const base = roundsOf(first!)
  return others.map((side) => {
    const candidate = roundsOf(side)
    const rounds = Math.min(base.length, candidate.length)
    if (rounds === 0) return { side, comparison: null }
    const look = looks.find(({ round }) => round === rounds)
    return {
      side,
      comparison: compareRounds(
        { base: base.slice(0, rounds), candidate: candidate.slice(0, rounds) },
        {
          limits,
          allow: [],
          alpha: (look ?? looks.at(-1)!).alpha,
          undecided: look ? null : nextLookText(looks, rounds),
        },
      ),
    }
  })
}

function nextLookText(looks: readonly Look[], rounds: number): string {
  const next = looks.find(({ round }) => round > rounds)
  return next ? `the next look is after round ${next.round}` : "no look is planned for that"
}

function emptyReport(context: AbContext, plan: RunPlan): AbReport {
  const { sides, rounds, looks } = context
  return {
    schema: AB_SCHEMA,
    ...beginSeries(context, plan),
    sides: Object.fromEntries(sides.map((side) => [side.name, shown(side)])),
    rounds,
    looks: [...looks],
    ended: "running",
    runs: [],
    summaries: [],
    comparisons: [],
  }
}

function shown({ env, target }: AbSide): AbSide {
  return { env: redactEnv(env), target: target === null ? null : redactUrl(target) }
}
