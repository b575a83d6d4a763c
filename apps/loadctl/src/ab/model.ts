import type { Comparison } from "../compare/model.ts"
import type { Manifest } from "../machine/manifest.ts"
import type { Outcome } from "../sla/judge.ts"
import type { MachineUse } from "../stats/model.ts"
import type { SideName, Slot } from "./order.ts"

export const AB_SCHEMA = "saleproof.ab/1"

/** What one side is: settings for the API in a private stack, or an API that runs already. */
export type AbSide = { env: Record<string, string>; target: string | null }

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
  machine: MachineUse | null
}

/** An experiment with everything it has led to so far; rewritten after each run. */
export type AbReport = {
  schema: typeof AB_SCHEMA
  id: string
  scenario: string
  persona: string | null
  variants: string[]
  scale: number
  sides: Record<SideName, AbSide>
  rounds: number
  startedAt: string
  finishedAt: string
  ended: "running" | "done" | "interrupted"
  runs: AbRun[]
  /** B against A, from the runs that can be trusted; null while one side has none. */
  comparison: Comparison | null
  /** Versions, machine and sources of the first run. */
  manifest: Manifest | null
}
