import type { Outcome } from "../sla/judge.ts"
import { changePoints } from "../stats/change-points.ts"
import { median } from "../stats/spread.ts"
import type { RunLine } from "./run-line.ts"

/** How runs of one kind went, the oldest first. Latencies in ms; runs that are invalid count for their verdict only. */
export type Trend = {
  /** "flow_300vus, persona A, limited": runs of a kind do the same load. */
  kind: string
  runs: number
  verdicts: Outcome[]
  /** Of the runs that can be trusted. */
  p95s: number[]
  /** Where its level changed, the oldest first. */
  changePoints: TrendChange[]
  latest: number | null
  /** Median of those before the latest, and the latest's distance from it as a share; null with fewer than two. */
  before: number | null
  change: number | null
}

/** The first run of another level. Levels are medians of the runs between two changes, in ms. */
export type TrendChange = {
  runId: string
  startedAt: string
  /** What was checked out then, and in the run before; null where that is not known. */
  commit: string | null
  commitBefore: string | null
  before: number
  after: number
  /** 0.2 is 20 % more than before. */
  change: number
  /** The probability that runs of one level would show so clear a change. */
  p: number
}

const CHANGES = { alpha: 0.01, permutations: 999, seed: 1 } as const
// Certain or not, a smaller change is nothing to look a commit up for.
const LEAST_CHANGE = 0.03

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
    changePoints: changesOf(runs),
    latest,
    before,
    change: latest === null || before === null || before === 0 ? null : latest / before - 1,
  }
}

/** Where the p95 of the runs that can be trusted changed its level; of logarithms, as noise is a share of it. */
function changesOf(runs: readonly RunLine[]): TrendChange[] {
  const trusted = runs.flatMap((run) =>
    run.verdict === "INVALID" || run.p95 === null || run.p95 <= 0 ? [] : [{ ...run, p95: run.p95 }],
  )
  if (trusted.length === 0) return []
  const found = changePoints(
    trusted.map(({ p95 }) => Math.log(p95)),
    CHANGES,
  )
  const bounds = [0, ...found.map(({ index }) => index), trusted.length]
  const levels = bounds
    .slice(1)
    .map((to, stretch) => median(trusted.slice(bounds[stretch], to).map(({ p95 }) => p95)))
  return found.flatMap(({ index, p }, nth) => {
    const { runId, startedAt, commit } = trusted[index]!
    const [before, after] = [levels[nth]!, levels[nth + 1]!]
    const change = after / before - 1
    const commitBefore = trusted[index - 1]!.commit
    return Math.abs(change) < LEAST_CHANGE
      ? []
      : [{ runId, startedAt, commit, commitBefore, before, after, change, p }]
  })
}

/** Runs that differ in one of these do another load. */
function kindOf({ scenario, persona, variants, scale, settings }: RunLine): string {
  const who = persona === null ? [] : [`persona ${persona}`]
  const scaled = scale === 1 ? [] : [`scale ${scale}`]
  return [scenario, ...who, ...variants, ...scaled, ...settings].join(", ")
}
