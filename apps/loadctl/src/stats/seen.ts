import type { SampleSeries } from "../recorder/recording.ts"
import type { Seen } from "./model.ts"

/** How many requests there were of each scenario, name and phase, whatever is judged. */
export function seenIn(samples: readonly SampleSeries[]): Seen {
  return {
    scenarios: countBy(samples, ({ scenario }) => scenario),
    names: countBy(samples, ({ name }) => name),
    phases: countBy(samples, ({ phase }) => phase),
    others: countBy(
      samples.filter(({ metric }) => metric !== undefined),
      ({ metric }) => String(metric),
    ),
  }
}

function countBy(samples: readonly SampleSeries[], key: (series: SampleSeries) => string) {
  const counts = new Map<string, number>()
  for (const series of samples) counts.set(key(series), (counts.get(key(series)) ?? 0) + series.ms.length)
  return Object.fromEntries(counts)
}
