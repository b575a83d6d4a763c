import { describeTags } from "./tags.ts"
import type { Taken } from "./collector.ts"
import type { SeriesEntry } from "./dictionary.ts"
import type { SampleSeries } from "./recording.ts"

// A reader once per second sees all of it; without a reader the memory must not fill up.
const MOST_SAMPLES = 200_000

/** The requests that came since the last look of the live view. */
export function createRecent(epochS: number) {
  const entries: SeriesEntry[] = []
  let found = new Map<number, { at: number[]; ms: number[] }>()
  let samples = 0

  return {
    add({ columns, added }: Taken): void {
      entries.push(...added)
      for (const [row, id] of columns.series.entries()) {
        if (entries[id]!.metric !== "http_req_duration" || samples >= MOST_SAMPLES) continue
        const series = found.get(id) ?? { at: [], ms: [] }
        found.set(id, series)
        series.at.push(epochS * 1e3 + columns.ns[row]! / 1e6)
        series.ms.push(columns.values[row]!)
        samples += 1
      }
    },
    take(): SampleSeries[] {
      const taken = [...found].map(([id, { at, ms }]) => ({
        ...describeTags(entries[id]!.tags),
        at: Float64Array.from(at),
        ms: Float64Array.from(ms),
      }))
      found = new Map()
      samples = 0
      return taken
    },
  }
}
