import type { Comparison } from "../compare/model.ts"
import type { SeriesRecord } from "../document.ts"
import type { Outcome } from "../sla/judge.ts"
import type { MachineUse } from "../stats/model.ts"
import type { Look } from "./looks.ts"
import type { SideName, Slot } from "./order.ts"

export const AB_SCHEMA = "saleproof.ab/2"

/** What one side is: settings for the API in a private stack, or an API that runs already. */
export type AbSide = { env: Record<string, string>; target: string | null }

/** One endpoint in one run, or in the middle of several; `limit` is that of its p95, in ms. */
export type AbEndpoint = { name: string; p95: number | null; limit: number | null; failed: number }

/** One run of the experiment. Latencies in ms, rate per second; null where nothing was measured. */
export type AbRun = Slot & {
  runId: string
  verdict: Outcome
  reasons: string[]
  requests: number
  rate: number | null
  p50: number | null
  p95: number | null
  p99: number | null
  failed: number
  endpoints: AbEndpoint[]
  /** Whether the audit was clean; null when it is unknown. */
  audit: boolean | null
  machine: MachineUse | null
}

/** What the runs of one side that can be trusted say together: medians, and sums of what failed. */
export type SideSummary = {
  side: SideName
  /** PASS when each of them held the SLA, INVALID when there is none. */
  verdict: Outcome
  trusted: number
  runs: number
  requests: number
  failed: number
  rate: number | null
  p50: number | null
  p95: number | null
  p99: number | null
  endpoints: AbEndpoint[]
  audit: boolean | null
  /** Over the first side's figure; null for the first side and where either has none. */
  ratio: { rate: number | null; p95: number | null }
}

/** One side against the first; null while one of the two has no run. */
export type SideComparison = { side: SideName; comparison: Comparison | null }

/** An experiment with everything it has led to so far; rewritten after each run. */
export type AbReport = SeriesRecord & {
  schema: typeof AB_SCHEMA
  sides: Record<SideName, AbSide>
  /** The most that are run; fewer when a look decides before. */
  rounds: number
  /** When the sides are judged, each with its part of the alpha. */
  looks: Look[]
  ended: "running" | "done" | "decided" | "interrupted"
  runs: AbRun[]
  summaries: SideSummary[]
  comparisons: SideComparison[]
}
