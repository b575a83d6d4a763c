import { watchLoad } from "./live.ts"
import { runLoad } from "./load.ts"
import type { Load, LoadOptions } from "./load.ts"
import type { Surroundings } from "./target.ts"

/** Runs the load and, meanwhile, everything that looks on. */
export async function runWatchedLoad(
  { influx }: Pick<Surroundings, "influx">,
  options: Omit<LoadOptions, "influx">,
): Promise<Load> {
  const { plan, observer } = options
  await using watchers = new AsyncDisposableStack()
  if (influx) watchers.use(watchLoad({ influx: influx.client, plan, onFigures: observer.figures }))
  // Awaited here: whoever looks on stays until the load is over.
  return await runLoad({ ...options, influx: influx?.settings ?? null })
}
