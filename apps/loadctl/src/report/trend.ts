import type { Outcome } from "../sla/judge.ts"
import { median } from "../stats/spread.ts"
import type { RunLine } from "./runs.ts"

/** How runs of one kind went, the oldest first. Latencies in ms; runs that are invalid count for their verdict only. */
export type Trend = {
  /** "flow_300vus, persona A, limited": runs of a kind do the same load. */
  kind: string
  runs: number
  verdicts: Outcome[]
  /** Of the runs that can be trusted. */
  p95s: number[]
  latest: number | null
  /** Median of those before the latest, and the latest's distance from it as a share; null with fewer than two. */
  before: number | null
  change: number | null
}

// A trend is about now; what was a hundred runs ago is in the table.
const MAX_RUNS = 40

/**
 * One trend for each kind of run, the kind that ran last first.
 *
 * @param runs newest first
 */
export function trendsOf(runs: readonly RunLine[]): Trend[] {
  return [...Map.groupBy(runs, kindOf)].map(([kind, own]) =>
    trendOf(kind, own.slice(0, MAX_RUNS).toReversed()),
  )
}

function trendOf(kind: string, runs: readonly RunLine[]): Trend {
  const p95s = runs.flatMap(({ verdict, p95 }) => (verdict === "INVALID" || p95 === null ? [] : [p95]))
  const latest = p95s.at(-1) ?? null
  const before = p95s.length > 1 ? median(p95s.slice(0, -1)) : null
  return {
    kind,
    runs: runs.length,
    verdicts: runs.map(({ verdict }) => verdict),
    p95s,
    latest,
    before,
    change: latest === null || before === null || before === 0 ? null : latest / before - 1,
  }
}

/** Runs that differ in one of these do another load. */
function kindOf({ scenario, persona, variants, scale, settings }: RunLine): string {
  const who = persona === null ? [] : [`persona ${persona}`]
  const scaled = scale === 1 ? [] : [`scale ${scale}`]
  return [scenario, ...who, ...variants, ...scaled, ...settings].join(", ")
}
