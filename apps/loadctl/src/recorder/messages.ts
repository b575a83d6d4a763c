import type { InfluxSettings } from "../influx/client.ts"
import type { Forwarded } from "./forward.ts"
import type { RecordedTotals, SampleSeries } from "./recording.ts"

/** What the thread is started with. */
export type RecorderSetup = {
  file: string
  spoolFile: string
  epochS: number
  seriesCap: number
  /** The tags that k6 itself gives to samples; null where that is not known. */
  systemTags: readonly string[] | null
  /** The last segment of k6's address: no other user of the machine can guess it. */
  secret: string
  /** Where the points go on to; null is nowhere. */
  influx: InfluxSettings | null
}

/** What the recorder says at its end. */
export type Recorded = {
  totals: RecordedTotals
  /** Why what was recorded is not all of it; null when it is. */
  broken: string | null
  /** Null where no InfluxDB is written to. */
  forwarded: Forwarded | null
}

/** Asked of the thread. */
export type Ask = { ask: "recent"; id: number } | { ask: "finish"; id: number; deadlineMs: number }

/** Answered by it, and said of its own accord. */
export type Reply =
  | { kind: "listening"; port: number }
  | { kind: "broken"; text: string }
  | { kind: "recent"; id: number; samples: SampleSeries[] }
  | { kind: "finished"; id: number; recorded: Recorded }
