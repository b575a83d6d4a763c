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
    const rate = rule.actual === null ? "–" : decimalText(rule.actual, 1)
    return `${name}: ${rate} requests per second, and at least ${exactText(rule.limit)} must be.`
  }
  if (rule.metric === "errorRate") {
    return `${name}: ${decimalText(failed, 0)} of ${countText(n, "request")} failed; ${shareText(rule.limit)} may.`
  }
  return `${name}: ${rule.metric} was ${msText(rule.actual)} ms, the limit is ${msText(rule.limit)} ms (n = ${timedCount(figures).toLocaleString("en-US")}).`
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
