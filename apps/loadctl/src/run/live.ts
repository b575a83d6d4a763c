import { setTimeout as sleep } from "node:timers/promises"

import type { Influx } from "../influx/client.ts"
import { readSamples } from "../influx/samples.ts"
import type { SampleSeries } from "../recorder/recording.ts"
import type { RunPlan } from "../plan/plan.ts"
import { liveFigures } from "./live-figures.ts"
import type { LiveFigures } from "./live-figures.ts"

const EVERY_MS = 1_000
// k6 writes once a second and InfluxDB takes a moment; a point that comes later still is missing here only.
const LAG_MS = 2_000
const SHOWN_STEPS = 5

export type LiveOptions = {
  influx: Influx
  plan: RunPlan
  onFigures: (figures: LiveFigures) => void
}

/**
 * Reads what k6 has written to InfluxDB while it runs, each point once, and tells the figures of the last seconds.
 * Nothing of it is judged, so an InfluxDB that does not answer only leaves people without a view. Disposing stops it.
 */
export function watchLoad({ influx, plan, onFigures }: LiveOptions): AsyncDisposable {
  const stop = new AbortController()
  const { signal } = stop
  const watching = (async () => {
    const steps: { series: SampleSeries[]; ms: number }[] = []
    let from = Date.now() - LAG_MS
    for (;;) {
      await sleep(EVERY_MS, undefined, { signal })
      const to = Date.now() - LAG_MS
      const series = await readSamples(influx, plan.runId, { from, to, signal }).catch(() => [])
      steps.push({ series, ms: to - from })
      if (steps.length > SHOWN_STEPS) steps.shift()
      from = to
      const seconds = steps.reduce((sum, step) => sum + step.ms, 0) / 1_000
      onFigures(
        liveFigures(
          steps.flatMap((step) => step.series),
          plan,
          seconds,
        ),
      )
    }
  })()
  const stopped = watching.catch((error: unknown) => {
    if (!signal.aborted) throw error
  })
  return {
    [Symbol.asyncDispose]: async () => {
      stop.abort()
      await stopped
    },
  }
}
