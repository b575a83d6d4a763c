import { startSampling } from "../health/sampler.ts"
import type { HealthSources } from "../health/sampler.ts"
import type { Health } from "../health/model.ts"
import type { Io } from "../io.ts"
import type { Config } from "../plan/schema.ts"
import { watchLoad } from "./live.ts"
import { runLoad } from "./load.ts"
import type { Load, LoadOptions } from "./load.ts"
import type { TestTarget } from "./target.ts"
import { fillTemplates } from "./templates.ts"
import { urlBelow } from "./url.ts"

export type WatchedLoad = { load: Load; health: Health }

type Watching = Omit<LoadOptions, "influx" | "targetUrl" | "onStart"> & { config: Config }

/** Runs the load and, meanwhile, everything that looks on; what it saw of the target is saved with the run. */
export async function runWatchedLoad(
  testTarget: TestTarget,
  { config, ...options }: Watching,
): Promise<WatchedLoad> {
  const { influx, targetUrl } = testTarget
  const { plan, observer, folder } = options
  await using watchers = new AsyncDisposableStack()
  if (influx) watchers.use(watchLoad({ influx: influx.client, plan, onFigures: observer.figures }))
  const sampler = watchers.use(await startSampling(sourcesOf(config, testTarget, options.io)))
  const settings = influx?.settings ?? null
  const load = await runLoad({ ...options, targetUrl, influx: settings, onStart: sampler.k6Started })
  const health = await sampler.stop()
  await folder.writeJson("metrics.json", health)
  return { load, health }
}

function sourcesOf(
  { metrics }: Config,
  { targetUrl, health }: Pick<TestTarget, "targetUrl" | "health">,
  { env, killed }: Pick<Io, "env" | "killed">,
): HealthSources {
  const api = metrics
    ? { url: urlBelow(targetUrl, metrics.path), headers: fillTemplates(metrics.headers, env) }
    : null
  return { api, ...health, signal: killed }
}
