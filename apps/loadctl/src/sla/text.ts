import type { Figures } from "../stats/model.ts"
import type { RuleResult } from "./rules.ts"

/** "5_create_order: p95 was 231 ms, the limit is 200 ms (n = 300)." */
export function brokenRule(figures: Figures, rule: RuleResult): string {
  const { name, n, failed } = figures
  if (rule.metric === "minSamples") {
    return n === 0
      ? `${name}: no data, and at least ${countText(Math.max(1, rule.limit), "sample")} must be.`
      : `${name}: only ${countText(n, "sample")}, and at least ${exactText(rule.limit)} must be.`
  }
  if (rule.metric === "rate") {
    const rate = rule.actual === null ? "–" : apart(rule.actual, rule.limit, decimalText(rule.actual, 1))
    return `${name}: ${rate} requests per second, and at least ${exactText(rule.limit)} must be.`
  }
  if (rule.metric === "errorRate") {
    return `${name}: ${decimalText(failed, 0)} of ${countText(n, "request")} failed; ${limitShareText(rule.limit)} may.`
  }
  const was = rule.actual === null ? "–" : apart(rule.actual, rule.limit, msText(rule.actual))
  return `${name}: ${rule.metric} was ${was} ms, the limit is ${limitMsText(rule.limit)} ms (n = ${timedCount(figures).toLocaleString("en-US")}).`
}

/** " Corrected for omitted requests; 8.00 ms were measured." where another percentile than the measured one is judged. */
export function correctedText(figures: Figures, { metric, actual }: RuleResult): string {
  if (metric !== "p95" && metric !== "p99") return ""
  const measured = figures[metric]
  if (actual === null || measured === null || actual === measured) return ""
  return ` Corrected for omitted requests; ${msText(measured)} ms were measured.`
}

// More digits than any clock of k6 has.
const MOST_DECIMALS = 9

/** A figure with as many more decimals as show on which side of its limit it is. */
export function apart(actual: number, limit: number, usual: string): string {
  const shown = (decimals: number): number => Number(actual.toFixed(decimals))
  const isClear = (rounded: number): boolean => Math.sign(rounded - limit) === Math.sign(actual - limit)
  if (isClear(Number(usual.replaceAll(",", "")))) return usual
  for (let decimals = 1; decimals < MOST_DECIMALS; decimals += 1)
    if (isClear(shown(decimals))) return decimalText(actual, decimals)
  return exactText(actual)
}

/** A limit as it is applied: "200", and every digit where it has more. */
export function limitMsText(limit: number): string {
  const usual = msText(limit)
  return Number(usual.replaceAll(",", "")) === limit ? usual : exactText(limit)
}

/** The same of a share: "none", "0.5 %", "99.96 %". */
export function limitShareText(limit: number): string {
  return limit === 0 ? "none" : `${exactText(limit * 100)} %`
}

/** How many requests have a latency. */
export function timedCount({ n, unsent = 0 }: Pick<Figures, "n" | "unsent">): number {
  return n - unsent
}

/** Milliseconds with as many digits as matter: 0.42, 8.1, 231. */
export function msText(ms: number | null): string {
  if (ms === null) return "–"
  if (ms >= 100) return decimalText(ms, 0)
  return ms.toFixed(ms >= 10 ? 1 : 2)
}

/** With thousands separators and so many decimals, and with a minus sign that is one. */
export function decimalText(value: number, decimals: number): string {
  const digits = { minimumFractionDigits: decimals, maximumFractionDigits: decimals }
  return value.toLocaleString("en-US", digits).replace("-", "−")
}

/** "9 s", "0.5 s", "1,200 s" */
export function secondsText(seconds: number): string {
  return `${Number(seconds.toFixed(seconds < 10 ? 1 : 0)).toLocaleString("en-US")} s`
}

/** Every digit but those that only a double has, with thousands separators: 3.05 for 3.049999999999997. */
export function exactText(value: number): string {
  return value.toLocaleString("en-US", { maximumSignificantDigits: 12 }).replace("-", "−")
}

export function shareText(share: number): string {
  if (share === 0) return "none"
  const percent = share * 100
  return `${Number(percent.toFixed(percent < 1 ? 3 : 1))} %`
}

export function countText(count: number, noun: string): string {
  return `${count.toLocaleString("en-US")} ${noun}${count === 1 ? "" : "s"}`
}
