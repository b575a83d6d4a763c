import type { Interval } from "../stats/bootstrap.ts"

export const COMPARISON_SCHEMA = "saleproof.comparison/1"

/** p50, p95 and p99 in ms, requests per second, share of requests that failed. */
export const METRICS = ["p50", "p95", "p99", "rate", "failed"] as const
export type Metric = (typeof METRICS)[number]

export const VERDICTS = ["worse", "not comparable", "better", "no difference shown"] as const
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
  base: number | null
  candidate: number | null
  change: number | null
  /** The change over the base's figure; null where that is 0. */
  share: number | null
  interval: Interval | null
  /** Two-sided probability of so large a difference between equals: rank test, for failures a test of counts. */
  p: number | null
  /** What the base differs by from itself; null when it was not measured. */
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

/** How the differences were judged, so that anybody can do it again. */
export type Method = {
  /** What was drawn and ranked: stretches of time within the runs, or whole runs. */
  unit: "block" | "run"
  units: { base: number; candidate: number }
  blockSeconds: number | null
  /** Whether the hold was compared, or everything where a scenario has no hold. */
  window: "hold" | "all"
  resamples: number
  /** Of the intervals; p must be at most what is left of it. */
  confidence: number
  seed: number
  limits: Limits
}

/** Two runs, or two groups of runs, side by side; what `compare --format json` prints. */
export type Comparison = {
  schema: typeof COMPARISON_SCHEMA
  scenario: string
  verdict: Verdict
  /** What makes it that verdict: the differences that count, or why nothing could be compared. */
  reasons: string[]
  /** What a reader should keep in mind. */
  notes: string[]
  base: Side
  candidate: Side
  /** What the sides do not have in common, although they may be compared. */
  differing: { what: string; base: string; candidate: string }[]
  /** Null when nothing was compared. */
  method: Method | null
  /** Every endpoint, then "overall"; empty when nothing was compared. */
  endpoints: EndpointComparison[]
}
