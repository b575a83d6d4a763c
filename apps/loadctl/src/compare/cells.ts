import { countText, decimalText, msText } from "../sla/text.ts"
import type { Tone } from "../report/sheet/model.ts"
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
  "not-comparable": "?",
  better: "✓",
  inconclusive: "~",
  "no-difference": "=",
} as const satisfies Record<Verdict, string>

export const TONE = {
  worse: "bad",
  "not-comparable": "warning",
  better: "good",
  inconclusive: "calm",
  "no-difference": "calm",
} as const satisfies Record<Verdict, Tone>

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

/** No failure on either side needs no row. */
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
  if (metric === "rate") return decimalText(value, Math.abs(value) >= 100 ? 0 : 1)
  if (metric === "failed") return `${decimalText(value * 100, 2)} %`
  return value < 0 ? `−${msText(-value)}` : msText(value)
}

export function percentText(share: number): string {
  const percent = share * 100
  return `${percent > 0 ? "+" : ""}${decimalText(percent, Math.abs(percent) >= 10 ? 0 : 1)} %`
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
  const { unit, units, window, test, arrangements, exact, alpha, confidence, seed, limits } = method
  const sides =
    unit === "run"
      ? `${units.base} against ${countText(units.candidate, "run")}`
      : countText(units.base, "round")
  const counted = exact ? "all" : `seed ${seed}, a sample of`
  return (
    `${sides}, ${window === "hold" ? "over the hold" : "over all of it"}; all figures judged together by a ` +
    `${test} test after Westfall and Young (${counted} ${arrangements.toLocaleString("en-US")} arrangements, p at most ` +
    `${alpha.toPrecision(2)}); ${Math.round(confidence * 100)} % intervals of Student's t; a change counts from ` +
    `${Number((limits.share * 100).toFixed(1))} % and ${limits.ms} ms, failures from ` +
    `${Number((limits.failedShare * 100).toFixed(3))} percentage points`
  )
}
