import { startSampling } from "../health/sampler.ts"
import type { HealthSources } from "../health/sampler.ts"
import type { Health } from "../health/model.ts"
import type { Io } from "../io.ts"
import type { Config } from "../plan/schema.ts"
import { missingError } from "../errors.ts"
import type { Recorded } from "../recorder/messages.ts"
import { startRecorder } from "../recorder/recorder.ts"
import { RECORDING } from "../recorder/recording.ts"
import type { Recorder, RecorderOptions } from "../recorder/recorder.ts"
import type { RunFolder } from "../store.ts"
import { watchLoad } from "./live.ts"
import { prepareLoad, runLoad } from "./load.ts"
import type { Load, LoadOptions } from "./load.ts"
import { ruleSignals } from "./metric-rules.ts"
import type { TestTarget } from "./target.ts"
import { fillTemplates } from "./templates.ts"
import { urlBelow } from "./url.ts"

/** `recorded` is null where k6 ended before anything could be. */
export type WatchedLoad = { load: Load; health: Health; recorded: Recorded }

// InfluxDB is written to while the load runs; what is left then is the last moment of it.
const FORWARD_MS = 15_000

type Watching = Omit<
  LoadOptions,
  "outs" | "influxUrl" | "broken" | "targetUrl" | "onStart" | "scriptOptions"
> & {
  config: Config
}

/** Runs the load and, meanwhile, everything that looks on; what it saw of the target is saved with the run. */
export async function runWatchedLoad(
  testTarget: TestTarget,
  { config, ...options }: Watching,
): Promise<WatchedLoad> {
  const { influx, targetUrl } = testTarget
  const { plan, observer, folder } = options
  await using watchers = new AsyncDisposableStack()
  const settings = influx?.settings ?? null
  const scriptOptions = await prepareLoad({ ...options, targetUrl })
  const recording = { influx: settings, systemTags: scriptOptions.systemTags }
  const recorder = watchers.use(await openRecorder(folder, recording))
  const live = watchers.use(watchLoad({ recent: recorder.recent, plan, onFigures: observer.figures }))
  const sampler = watchers.use(await startSampling(sourcesOf({ config, plan }, testTarget, options.io)))
  const load = await runLoad({
    ...options,
    targetUrl,
    outs: [recorder.out],
    influxUrl: settings?.url ?? null,
    scriptOptions,
    broken: recorder.broken,
    onStart: sampler.k6Started,
  })
  await live[Symbol.asyncDispose]()
  const recorded = await recorder.finish(options.io.killed.aborted ? 0 : FORWARD_MS)
  const health = await sampler.stop()
  await folder.writeJson("metrics.json", health)
  return { load, health, recorded }
}

/** Throws a missing error where nothing can be recorded. */
async function openRecorder(
  folder: RunFolder,
  recording: Pick<RecorderOptions, "influx" | "systemTags">,
): Promise<Recorder> {
  try {
    const [file, spoolFile] = [folder.file(RECORDING), folder.file("influx-spool.tmp")]
    return await startRecorder({ file, spoolFile, ...recording })
  } catch (error) {
    throw missingError(
      `Nothing can be recorded in ${folder.path}: ${error instanceof Error ? error.message : String(error)}.`,
      "Runs are saved beside loadctl.yaml, in .loadctl; make room there, or make it writable.",
    )
  }
}

function sourcesOf(
  { config: { metrics }, plan }: Pick<Watching, "config" | "plan">,
  { targetUrl, health }: Pick<TestTarget, "targetUrl" | "health">,
  { env, killed }: Pick<Io, "env" | "killed">,
): HealthSources {
  const api = metrics
    ? { url: urlBelow(targetUrl, metrics.path), headers: fillTemplates(metrics.headers, env) }
    : null
  return { api, ...health, signals: { ...metrics?.signals, ...ruleSignals(plan) }, signal: killed }
}
