import { runAudit } from "../audit/audit.ts"
import type { Audit } from "../audit/model.ts"
import type { LoadedConfig } from "../config.ts"
import type { Io } from "../io.ts"
import { k6Version } from "../k6/version.ts"
import { makeManifest } from "../machine/manifest.ts"
import { redactPlan } from "../machine/redact-plan.ts"
import { durationMs } from "../plan/duration.ts"
import type { RunPlan } from "../plan/plan.ts"
import { composeReport } from "../report/model.ts"
import type { RunParts, RunReport } from "../report/model.ts"
import { judge } from "../sla/judge.ts"
import { requireK6 } from "../k6/find.ts"
import { findK6 } from "@saleproof/stack/provide/k6.ts"
import type { RunFolder, Store } from "../store.ts"
import type { Phase, RunObserver } from "./observer.ts"
import { judgeMetricRules } from "./metric-rules.ts"
import { queryRun } from "./query.ts"
import { checkOutputs } from "./output-check.ts"
import { checkScript } from "./script-check.ts"
import { seedTarget } from "./seed.ts"
import { reachTarget } from "./target.ts"
import type { TestTarget } from "./target.ts"
import { runWatchedLoad } from "./watch.ts"
import { planWarmUp, wantsWarmUp, warmTarget } from "./warm-up.ts"

export type RunContext = {
  loaded: LoadedConfig
  plan: RunPlan
  store: Store
  io: Io
  observer: RunObserver
  /** Whether to warm the target up before it is seeded; undefined does so where it was just started. */
  warmUp?: boolean | undefined
}

/**
 * One run from check to verdict, on a target that is found or started for it. Throws when a tool or the target is
 * missing; a broken SLA is a verdict, not an error.
 */
export async function executeRun(context: RunContext & { alwaysPrivate: boolean }): Promise<RunReport> {
  const { loaded, plan, io, observer, alwaysPrivate } = context
  observer.phase("check")
  const { path: k6 } = await findK6(io.env)
  await checkScripts(context, k6)
  await context.store.prepare()
  const owner = `run ${plan.runId}`
  const reaching = { io, apiEnv: plan.apiEnv, observer, owner, alwaysPrivate }
  await using testTarget = await reachTarget(loaded, reaching)
  // After what fails at once: to build k6 takes a minute.
  const binary = await requireK6(io, observer.note)
  if (k6 === null) await checkScripts(context, binary)
  // Awaited here: the stack must outlive the run.
  return await runOn({ ...context, testTarget, binary })
}

/** The script of the run and of its warm-up, and the further outputs. */
async function checkScripts({ loaded, plan, io }: RunContext, binary: string | null): Promise<void> {
  const { config, root } = loaded
  const warmUp = planWarmUp(config, plan)
  for (const each of warmUp ? [plan, warmUp] : [plan]) {
    await checkScript({ plan: each, root, env: io.env, targetUrl: config.target.url, binary })
  }
  if (binary !== null) await checkOutputs({ plan, root, env: io.env, binary })
}

type RunOn = RunContext & { testTarget: TestTarget; binary: string }

/**
 * One run on a target that is there already. Every phase saves what it has, so whatever ends a run, its folder shows
 * how far it came.
 */
export async function runOn(context: RunOn): Promise<RunReport> {
  const { plan, store, io } = context
  io.interrupted.throwIfAborted()
  const folder = await store.create(plan.runId)
  await folder.writeJson("plan.json", redactPlan(plan))
  return runPhases({ ...context, folder })
}

type PhaseContext = RunOn & { folder: RunFolder }

async function runPhases(context: PhaseContext): Promise<RunReport> {
  const { plan, io } = context
  const parts: RunParts = { plan }
  let phase: Phase = "seed"
  const begin = (next: Phase): void => {
    phase = next
    context.observer.phase(next, next === "load" ? plan.phases : null)
  }
  try {
    await collect(context, parts, begin)
  } catch (error) {
    if (!io.interrupted.aborted) {
      await conclude(context, parts, `The run broke off in its ${phase} phase: ${messageOf(error)}`)
      throw error
    }
  }
  begin("judge")
  return conclude(
    context,
    parts,
    io.interrupted.aborted ? "The run was interrupted before it was done." : null,
  )
}

/** Seed, load, query and audit; each result is in `parts` and in the folder as soon as it is known. */
async function collect(context: PhaseContext, parts: RunParts, begin: (phase: Phase) => void): Promise<void> {
  const { loaded, plan, io, observer, folder, testTarget, binary } = context
  const { config, root } = loaded
  const { targetUrl, influx } = testTarget
  const warm = wantsWarmUp(config, context.warmUp, testTarget.cold)
  if (warm) begin("warm-up")
  const warmUp = warm
    ? await warmTarget({ config, root, plan, folder, io, observer, testTarget, binary })
    : null
  io.interrupted.throwIfAborted()
  if (plan.seed) begin("seed")
  const seeded = await seedTarget(testTarget.api, config, { seed: plan.seed, signal: io.interrupted })
  parts.manifest = await makeManifest({
    root,
    plan,
    k6Version: await k6Version(binary),
    seeded,
    warmUp,
    target: targetUrl,
    influx: influx?.settings.url ?? null,
  })
  await folder.writeJson("manifest.json", parts.manifest)
  io.interrupted.throwIfAborted()
  begin("load")
  const { load, health, recorded } = await runWatchedLoad(testTarget, {
    config,
    binary,
    root,
    plan,
    folder,
    io,
    observer,
    seeded,
  })
  parts.health = health
  io.killed.throwIfAborted()
  begin("query")
  parts.measurement = await queryRun({ plan, folder, load, recorded, testTarget, signal: io.killed })
  await folder.writeJson("endpoints.json", parts.measurement)
  io.killed.throwIfAborted()
  if (config.audit) begin("audit")
  parts.metrics = await judgeMetricRules({
    config,
    plan,
    measurement: parts.measurement,
    health,
    env: io.env,
    signal: io.killed,
  })
  parts.audit = await auditTarget(context)
  await folder.writeJson("audit.json", parts.audit)
}

async function auditTarget({ loaded, io, testTarget }: PhaseContext): Promise<Audit> {
  const { audit } = loaded.config
  if (!audit) return { state: "off" }
  return runAudit(testTarget.api, audit, {
    settleMs: durationMs(audit.settle),
    signal: io.interrupted,
    killed: io.killed,
  })
}

async function conclude(
  { plan, folder }: PhaseContext,
  parts: RunParts,
  stopped: string | null,
): Promise<RunReport> {
  const { measurement = null, audit = null, metrics } = parts
  const judgment = judge({ plan, measurement, audit, metrics, stopped })
  parts.verdict = { ...judgment, finishedAt: new Date().toISOString() }
  await folder.writeJson("verdict.json", parts.verdict)
  return composeReport(parts)
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
