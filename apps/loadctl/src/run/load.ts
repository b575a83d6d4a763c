import { readFile } from "node:fs/promises"
import { resolve } from "node:path"

import type { Io } from "../io.ts"
import { k6Args } from "../k6/args.ts"
import { foreignVariables, inheritedByK6 } from "../k6/environment.ts"
import { graceAfter } from "../k6/clock.ts"
import { readScriptOptions } from "../k6/options.ts"
import type { ScriptOptions } from "../k6/options.ts"
import { runK6 } from "../k6/run.ts"
import type { K6Run } from "../k6/run.ts"
import { parseSummary } from "../k6/summary.ts"
import type { K6Summary } from "../k6/summary.ts"
import { k6Thresholds } from "../k6/thresholds.ts"
import { cpuShares, readCpuTimes, timesOfProcessors } from "../machine/cpu.ts"
import { readClockOffset } from "../machine/clocks.ts"
import { declaredIn, longestThought, readScript } from "../machine/script.ts"
import type { Clocks } from "../machine/clocks.ts"
import type { CpuTimes } from "../machine/cpu.ts"
import type { RunPlan } from "../plan/plan.ts"
import { k6Sla } from "../sla/k6-sla.ts"
import type { MachineUse } from "../stats/model.ts"
import type { RunFolder } from "../store.ts"
import type { RunObserver } from "./observer.ts"
import { fillTemplates, unfilled } from "./templates.ts"

export type LoadOptions = {
  binary: string
  root: string
  plan: RunPlan
  folder: RunFolder
  io: Io
  observer: RunObserver
  targetUrl: string
  seeded: unknown
  /** Where k6 writes its points: its --out options. */
  outs: readonly string[]
  influxUrl: string | null
  /** As k6 read them before. */
  scriptOptions: ScriptOptions
  /** Ends k6 early, like an interrupt. */
  broken?: AbortSignal
  onStart?: (pid: number) => void
}

export type Load = {
  run: K6Run
  summary: K6Summary | null
  machine: MachineUse
  clocks: Clocks
  /** Metrics of the plan's expectations that the script's sources name. */
  declaredMetrics: string[]
  /** How long the script thinks at once, at most, ms; Infinity where that is not known. */
  longestThoughtMs: number
  /** How long an iteration is at least, with the pause that k6 makes after it, ms. */
  minIterationMs: number
  /** Whether the script makes HTTP requests, as far as its sources say. */
  usesHttp: boolean
  /** Whether k6 keeps histograms instead of samples, as K6_FEATURES may ask of it. */
  histograms: boolean
}

const SUMMARY = "k6-summary.json"
const SUMMARY_EXPORT = "k6-summary-export.json"
const CONFIG = "k6-config.json"

/** Writes k6's configuration of a run, and reads the options that its script has then. */
export async function prepareLoad(
  options: Omit<LoadOptions, "outs" | "influxUrl" | "scriptOptions">,
): Promise<ScriptOptions> {
  const { plan, folder, root, binary } = options
  await folder.writeJson(CONFIG, { thresholds: k6Thresholds(plan) })
  const asked = { binary, script: resolve(root, plan.script), cwd: root, configFile: folder.file(CONFIG) }
  return readScriptOptions({ ...asked, env: k6Environment(options) })
}

/** Runs the plan's script in k6 and reads the summary it leaves: its own, or k6's when it writes none. */
export async function runLoad(options: LoadOptions): Promise<Load> {
  const { plan, folder, io, root, broken, observer, scriptOptions } = options
  const foreign = foreignVariables(io.env)
  if (foreign.length > 0)
    observer.note(`Ignored of the environment: ${foreign.join(", ")}. The plan says how k6 runs.`)
  for (const text of unfilled(plan.k6Env, { ...io.env, TARGET_URL: options.targetUrl, TESTID: plan.runId }))
    observer.note(`Left out of the script's variables, because a variable in it is not set: ${text}`)
  const script = resolve(root, plan.script)
  const before = readCpuTimes()
  const run = await runK6({
    binary: options.binary,
    args: k6Args({
      script,
      runId: plan.runId,
      configFile: folder.file(CONFIG),
      summaryExport: folder.file(SUMMARY_EXPORT),
      outs: options.outs,
      flags: plan.k6Flags ?? [],
    }),
    cwd: root,
    env: k6Environment(options),
    graceMs: graceAfter(scriptOptions.teardownMs ?? undefined),
    outputFile: folder.file("k6-output.txt"),
    logFile: folder.file("k6-log.jsonl"),
    onProgress: observer.load,
    onStart: options.onStart,
    interrupted: AbortSignal.any([io.interrupted, ...(broken ? [broken] : [])]),
    killed: io.killed,
  })
  const machine = machineUse(before, readCpuTimes(), run)
  const [summary, clocks] = await Promise.all([readSummary(folder), readClocks(run, options)])
  const histograms = (io.env["K6_FEATURES"] ?? "").includes("native-histograms")
  const sources = readScript(script)
  return {
    run,
    summary,
    machine,
    clocks,
    declaredMetrics: declaredMetrics(plan, root),
    longestThoughtMs: longestThought(sources),
    minIterationMs: scriptOptions.minIterationMs ?? 0,
    usesHttp: sources?.some((source) => source.includes("k6/http")) ?? false,
    histograms,
  }
}

/** The metrics of the plan's expectations that its script names. */
export function declaredMetrics({ script, expect }: RunPlan, root: string): string[] {
  const wanted = expect.flatMap((rule) => ("metric" in rule ? [rule.metric] : []))
  return declaredIn(readScript(resolve(root, script)) ?? [], wanted)
}

/** The environment of k6 and its script; secrets are passed here, not on the command line. */
function k6Environment({
  io,
  plan,
  folder,
  targetUrl,
  seeded,
}: Pick<LoadOptions, "io" | "plan" | "folder" | "targetUrl" | "seeded">): NodeJS.ProcessEnv {
  return {
    ...inheritedByK6(io.env),
    ...scriptEnv({ plan, targetUrl, seeded, env: io.env }),
    SUMMARY_PATH: folder.file(SUMMARY),
  }
}

type ScriptVariables = Pick<LoadOptions, "plan" | "targetUrl" | "seeded"> & { env: NodeJS.ProcessEnv }

/** The script's own variables: the plan's, with `${NAME}` filled in from `env`, and what only this run knows. */
export function scriptEnv({ plan, targetUrl, seeded, env }: ScriptVariables): Record<string, string> {
  const known = { TARGET_URL: targetUrl, TESTID: plan.runId }
  return {
    ...fillTemplates(plan.k6Env, { ...env, ...known }),
    ...known,
    SLA_JSON: JSON.stringify(k6Sla(plan.sla)),
    ...(seeded === null || seeded === undefined ? {} : { SEEDED: JSON.stringify(seeded) }),
  }
}

async function readSummary(folder: RunFolder): Promise<K6Summary | null> {
  for (const name of [SUMMARY, SUMMARY_EXPORT]) {
    const text = await readFile(folder.file(name), "utf8").catch(() => null)
    const summary = text === null ? null : summaryIn(text)
    if (summary !== null) return summary
  }
  return null
}

/** Null for what is none: a script may write there what it likes. */
function summaryIn(text: string): K6Summary | null {
  try {
    return parseSummary(JSON.parse(text))
  } catch {
    return null
  }
}

async function readClocks(run: K6Run, { targetUrl, influxUrl }: LoadOptions): Promise<Clocks> {
  const [target, influxdb] = await Promise.all([
    readClockOffset(targetUrl),
    influxUrl ? readClockOffset(new URL("ping", `${influxUrl.replace(/\/$/, "")}/`)) : null,
  ])
  return { target, influx: influxdb, set: run.endedAt - run.startedAt - run.tookMs }
}

function machineUse(
  before: CpuTimes | null,
  after: CpuTimes | null,
  { cpuTicks, generator }: Pick<K6Run, "cpuTicks" | "generator">,
): MachineUse {
  if (!before || !after) return { k6: null, busy: null, steal: null }
  const total = after.total - before.total
  const k6 = cpuTicks !== null && total > 0 ? cpuTicks / total : null
  const use = { k6, ...cpuShares(before, after) }
  return generator ? { ...use, generator: generatorUse(before, after, generator) } : use
}

/** Of the processors that k6 may use. */
function generatorUse(
  before: CpuTimes,
  after: CpuTimes,
  { seconds, cpuSeconds, waitedSeconds, allowance }: NonNullable<K6Run["generator"]>,
): NonNullable<MachineUse["generator"]> {
  const own = allowance.processors ?? [...before.each.keys()]
  const { busy } = cpuShares(timesOfProcessors(before, own), timesOfProcessors(after, own))
  const share = seconds > 0 ? Math.min(1, cpuSeconds / seconds / allowance.count) : null
  // Where all processors are its own, it waits for them as every process does.
  const confined = allowance.count < before.each.length
  const waited = confined && waitedSeconds !== null && cpuSeconds > 0 ? waitedSeconds / cpuSeconds : null
  return { processors: allowance.count, k6: share, busy, waited }
}
