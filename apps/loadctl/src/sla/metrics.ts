import type { MetricRule, Level } from "@saleproof/sla/schema.ts"
import { wantedText } from "./expectations.ts"
import { noFindings } from "./findings.ts"
import type { Findings } from "./findings.ts"
import { exactText } from "./text.ts"

/** What one series of a metric was during the load, in the order of time, at least one value. */
export type MetricSeries = { labels: string; values: readonly number[] }

/** A rule on the target's own metrics with what was read for it, or why nothing was. */
export type MetricReading = { rule: MetricRule } & (Read | { reason: string })

/** `unseen`: what of the load could not be read, so that only a limit that is broken without it is judged. */
export type Read = { series: readonly MetricSeries[]; unseen?: string | undefined }

/** What came of such a rule; `source` is its query or its metric, `labels` of the series that decided. */
export type MetricResult = { title: string; source: string; wanted: string; level: Level } & (
  | { outcome: "pass" | "fail"; actual: number; labels?: string }
  | { outcome: "no-data"; actual: null; reason: string }
)

/** The worst series decides. A value that is no number, as of a division by zero, decides nothing. */
export function applyMetricRule(reading: MetricReading): MetricResult {
  const { rule } = reading
  const base = {
    title: rule.title,
    source: "query" in rule ? rule.query : rule.metric,
    wanted: wantedText(rule),
    level: rule.level,
  }
  if ("reason" in reading) return { ...base, outcome: "no-data", actual: null, reason: reading.reason }
  const found = reading.series.map((series) => ({ labels: series.labels, actual: valueOf(series, rule) }))
  const notFinite = found.find(({ actual }) => !Number.isFinite(actual))
  if (notFinite) {
    const reason = `it was ${notFinite.actual}${notFinite.labels}, which is no number to judge.`
    return { ...base, outcome: "no-data", actual: null, reason }
  }
  const { unseen } = reading
  const worst = found.toSorted((a, b) => excess(b.actual, rule) - excess(a.actual, rule))[0]!
  const isBroken = excess(worst.actual, rule) > 0
  if (unseen !== undefined && !(isBroken && rule.over === "every"))
    return { ...base, outcome: "no-data", actual: null, reason: unseen }
  return {
    ...base,
    outcome: isBroken ? "fail" : "pass",
    actual: worst.actual,
    ...(worst.labels === "" ? {} : { labels: worst.labels }),
  }
}

function valueOf({ values }: MetricSeries, rule: MetricRule): number {
  if (rule.over === "last") return values.at(-1)!
  if (rule.over === "mean") return values.reduce((sum, value) => sum + value, 0) / values.length
  return values.toSorted((a, b) => excess(b, rule) - excess(a, rule))[0]!
}

/** How far a value is beyond its limits; below 0 it is within them. */
function excess(value: number, { min = -Infinity, max = Infinity }: MetricRule): number {
  return Math.max(value - max, min - value)
}

export function metricFindings(result: MetricResult): Findings {
  const { title, wanted, outcome, level } = result
  const findings = noFindings()
  if (outcome === "no-data") findings.unknown.push(`Not measured: ${title}: ${result.reason}`)
  if (outcome === "fail") {
    const where = result.labels ?? ""
    findings[level === "warn" ? "warnings" : "broken"].push(
      `${title}: it was ${exactText(result.actual)}${where}, ${wanted} is allowed.`,
    )
  }
  return findings
}
