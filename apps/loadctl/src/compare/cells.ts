import { msText } from "../sla/text.ts"
import { METRICS } from "./model.ts"
import type { Comparison, Difference, EndpointComparison, Metric, Verdict } from "./model.ts"

/** The table that text and markdown show: its head, and its rows as text. */
export const COLUMNS = [
  "endpoint",
  "figure",
  "base",
  "candidate",
  "change",
  "",
  "interval",
  "noise",
  "p",
  "verdict",
]
/** Flush left or right, a letter a column. */
export const ALIGNMENT = "LLRRRRRRRL"

export const MARK = {
  worse: "✗",
  "not comparable": "?",
  better: "✓",
  "no difference shown": "=",
} as const satisfies Record<Verdict, string>

/** The sign of a reason by what it says itself: a comparison that is worse as a whole may have better endpoints. */
export function reasonVerdict(reason: string, whole: Verdict): Verdict {
  return (["better", "worse"] as const).find((verdict) => reason.endsWith(` ${verdict}.`)) ?? whole
}

const METRIC_NAME = {
  p50: "p50 ms",
  p95: "p95 ms",
  p99: "p99 ms",
  rate: "rate/s",
  failed: "failed",
} as const satisfies Record<Metric, string>

export type Row = { verdict: Verdict; cells: string[] }

/** A row for each figure that has something to say; the name of an endpoint stands in its first row only. */
export function rowsOf({ name, differences }: EndpointComparison): Row[] {
  return differences.filter(isTelling).map((difference, index) => ({
    verdict: difference.verdict,
    cells: [index === 0 ? name : "", ...differenceCells(difference)],
  }))
}

/** Nobody failed on either side: that needs no row. */
function isTelling({ metric, base, candidate }: Difference): boolean {
  return METRICS.includes(metric) && !(metric === "failed" && !base && !candidate)
}

function differenceCells(difference: Difference): string[] {
  const { metric, base, candidate, change, share, interval, noise, p, verdict, reason } = difference
  const signed = (value: number): string => `${value > 0 ? "+" : ""}${figureText(metric, value)}`
  return [
    METRIC_NAME[metric],
    figureText(metric, base),
    figureText(metric, candidate),
    change === null ? "–" : signed(change),
    share === null ? "" : percentText(share),
    interval === null ? "–" : `${signed(interval.low)} to ${signed(interval.high)}`,
    noise === null ? "–" : figureText(metric, noise),
    p === null ? "–" : pText(p),
    `${verdict}${verdict === "better" || verdict === "worse" ? "" : `: ${reason}`}`,
  ]
}

/** In the unit of the figure: ms, per second, or per cent of the requests. */
export function figureText(metric: Metric, value: number | null): string {
  if (value === null) return "–"
  if (metric === "rate") return value.toFixed(Math.abs(value) >= 100 ? 0 : 1)
  if (metric === "failed") return `${(value * 100).toFixed(2)} %`
  return value < 0 ? `-${msText(-value)}` : msText(value)
}

export function percentText(share: number): string {
  const percent = share * 100
  return `${percent > 0 ? "+" : ""}${percent.toFixed(Math.abs(percent) >= 10 ? 0 : 1)} %`
}

function pText(p: number): string {
  return p < 0.001 ? "<0.001" : p.toFixed(3)
}

/** "base 2 runs, candidate 2 runs" or the ids when there is one a side. */
export function sidesText({ base, candidate }: Comparison): string[][] {
  return [
    ["base", base.runIds.join(", ")],
    ["candidate", candidate.runIds.join(", ")],
  ]
}

/** How it was judged, in one sentence. */
export function methodText({ method }: Comparison): string {
  if (!method) return "nothing was compared"
  const { unit, units, blockSeconds, window, resamples, confidence, seed, limits } = method
  const cut =
    unit === "block"
      ? `${units.base} against ${units.candidate} stretches of ${blockSeconds?.toFixed(1)} s`
      : `medians of ${units.base} against ${units.candidate} runs`
  return (
    `${cut}, ${window === "hold" ? "over the hold" : "over all of it"}; ` +
    `${Math.round(confidence * 100)} % bootstrap intervals (${resamples.toLocaleString("en-US")} draws, seed ${seed}); ` +
    `Mann-Whitney rank test (p at most ${Number((1 - confidence).toFixed(3))}); a change counts from ${Number((limits.share * 100).toFixed(1))} % and ${limits.ms} ms, ` +
    `failures from ${Number((limits.failedShare * 100).toFixed(3))} percentage points`
  )
}
