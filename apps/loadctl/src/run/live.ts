import { setTimeout as sleep } from "node:timers/promises"

import type { SampleSeries } from "../recorder/recording.ts"
import type { RunPlan } from "../plan/plan.ts"
import { liveFigures } from "./live-figures.ts"
import type { LiveFigures } from "./live-figures.ts"

const EVERY_MS = 1_000
const SHOWN_STEPS = 5

export type LiveOptions = {
  /** The requests since it was last asked. */
  recent: () => Promise<SampleSeries[]>
  plan: RunPlan
  onFigures: (figures: LiveFigures) => void
}

/**
 * Reads what k6 has written while it runs, each request once, and reports the figures of the last seconds. Nothing of it
 * is judged. Disposing stops it.
 */
export function watchLoad({ recent, plan, onFigures }: LiveOptions): AsyncDisposable {
  const stop = new AbortController()
  const { signal } = stop
  const watching = (async () => {
    const steps: { series: SampleSeries[]; ms: number }[] = []
    let from = performance.now()
    for (;;) {
      await sleep(EVERY_MS, undefined, { signal })
      const series = await recent().catch(() => [])
      const to = performance.now()
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
