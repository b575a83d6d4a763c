import type { Interval } from "../stats/mean-interval.ts"

export const COMPARISON_SCHEMA = "saleproof.comparison/1"

/** p50, p95 and p99 in ms, requests per second, share of requests that failed. */
export const METRICS = ["p50", "p95", "p99", "rate", "failed"] as const
export type Metric = (typeof METRICS)[number]

/** The gravest first: what decides a comparison of several figures. */
export const VERDICTS = ["worse", "not-comparable", "better", "inconclusive", "no-difference"] as const
export type Verdict = (typeof VERDICTS)[number]

/** How much something must change before it is called a change. */
export type Limits = {
  /** Of the base's figure, 0 to 1; for latencies and rates. */
  share: number
  /** In ms; latencies must change by this much as well. */
  ms: number
  /** By how much the share of failed requests must change, 0 to 1. */
  failedShare: number
}

/** One figure of one endpoint on both sides; differences are candidate − base, in the figure's unit. */
export type Difference = {
  metric: Metric
  /** The geometric mean of the runs; of failures the mean. */
  base: number | null
  candidate: number | null
  change: number | null
  /** The change over the base's figure; null where that is 0. */
  share: number | null
  /** 95 %, of this figure alone; null with fewer than two runs. */
  interval: Interval | null
  /** Probability that equals differ so much in any figure of the family; null where nothing was tested. */
  p: number | null
  /** The standard deviation of the runs of one side, in the figure's unit; null with fewer than two runs. */
  noise: number | null
  verdict: Verdict
  /** Why it is that verdict, as half a sentence. */
  reason: string
}

export type EndpointComparison = {
  name: string
  n: { base: number; candidate: number }
  verdict: Verdict
  reason: string
  differences: Difference[]
}

/** Who was compared on one side. */
export type Side = { runIds: string[]; verdicts: string[] }

/** How the differences were judged, so that it can be done again. */
export type Method = {
  /** Two groups of runs, or rounds in which each side ran once. */
  unit: "run" | "round"
  units: { base: number; candidate: number }
  /** Whether the hold was compared, or everything where a scenario has no hold. */
  window: "hold" | "all"
  test: "permutation max T" | "sign-flip max T"
  /** Ways to rearrange the labels that were counted, and whether those are all. */
  arrangements: number
  exact: boolean
  seed: number
  /** The largest p that is taken for more than chance. */
  alpha: number
  /** Of the intervals. */
  confidence: number
  limits: Limits
}

/** How many runs a side (or rounds) would show a change of so much, 0.1 is +10 %, nine times of ten. */
export type Planning = {
  runs: number
  effect: number
  /** The standard deviation of runs as a share, and whether these runs showed it or it is assumed. */
  spread: number
  measured: boolean
}

/** Two runs, or two groups of runs, side by side; what `compare --format json` prints. */
export type Comparison = {
  schema: typeof COMPARISON_SCHEMA
  scenario: string
  verdict: Verdict
  /** What makes it that verdict: the differences that count, or why nothing could be decided. */
  reasons: string[]
  /** What a reader should keep in mind. */
  notes: string[]
  base: Side
  candidate: Side
  /** What the sides do not have in common, although they may be compared. */
  differing: { what: string; base: string; candidate: string }[]
  /** Null when nothing was compared. */
  method: Method | null
  planning: Planning | null
  /** Every endpoint, then "overall"; empty when nothing was compared. */
  endpoints: EndpointComparison[]
}
