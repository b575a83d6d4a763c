import { readK6Exit } from "../k6/exits.ts"
import type { K6Facts, Measurement, ThresholdResult } from "../stats/model.ts"
import { noFindings } from "./findings.ts"
import type { Findings } from "./findings.ts"
import type { Sla } from "@saleproof/sla/resolve.ts"
import type { Row } from "./rows.ts"
import type { RuleResult } from "./rules.ts"
import { seenInstead } from "./seen.ts"
import { apart } from "./text.ts"

type Threshold = { metric: string; source: string; value: number | null; of: "The script's" | "k6's" }

/**
 * The script's own thresholds fail a run as they would fail k6. Only the text of one is left out that says word for
 * word what a broken rule of the table says already.
 */
export function thresholdFindings(
  { k6, seen }: Measurement,
  rows: readonly Row[],
  sla: Pick<Sla, "decide">,
): Findings {
  const findings = noFindings()
  const failed = failedThresholds(k6)
  const reported = rows.map(({ figures, rules }) => ({ name: figures.name, rules: rules.filter(isReported) }))
  findings.broken = failed
    .filter((threshold) => !reported.some((row) => repeats(threshold, row)))
    .map(({ metric, source, value, of }) => {
      const was = value === null ? "" : `: it was ${figureText(value, source)}`
      return `${of} threshold ${source} on ${metric} failed${was}.`
    })
  findings.unknown = (k6.thresholds ?? []).filter(({ empty }) => empty).map((one) => emptyText(one, seen))
  const exit = readK6Exit(k6.exitCode)
  if (exit.kind === "finished" && exit.thresholdsFailed && failed.length === 0)
    findings.broken.push("k6 ended with exit 99: a threshold failed, and its summary does not say which.")
  return findings

  function isReported({ outcome, level, close }: RuleResult): boolean {
    return outcome === "fail" && level === "fail" && !(close && sla.decide === "confident")
  }
}

/** k6 has such a threshold kept. */
function emptyText({ metric, source }: ThresholdResult, seen: Measurement["seen"]): string {
  const name = selectorName(/\{(.*)\}$/s.exec(metric)?.[1] ?? "")
  const names = Object.keys(seen?.names ?? {})
  const instead =
    name === null || name === "overall" || names.includes(name) ? "" : seenInstead(name, names, "endpoints")
  return `The script's threshold ${source} on ${metric} was compared with nothing: there is no such sample.${instead}`
}

function failedThresholds(k6: K6Facts): Threshold[] {
  const own = (k6.thresholds ?? [])
    .filter(({ ok }) => !ok)
    .map((threshold) => ({ ...threshold, of: "The script's" as const }))
  const generated = k6.failedThresholds.map(({ metric, threshold }) => {
    return { metric, source: threshold, value: null, of: "k6's" as const }
  })
  return [
    ...own,
    ...generated.filter(({ metric, source }) => !own.some((o) => o.metric === metric && o.source === source)),
  ]
}

const K6_STAT = {
  avg: /^avg$/,
  p50: /^(?:med|p\(50\))$/,
  p90: /^p\(90\)$/,
  p95: /^p\(95\)$/,
  p99: /^p\(99\)$/,
  "p99.9": /^p\(99\.9\)$/,
  max: /^max$/,
} as const

/** Whether a broken rule of this row is the same limit on the same requests. */
function repeats({ metric, source }: Threshold, row: { name: string; rules: RuleResult[] }): boolean {
  const [, k6Metric = "", selector = ""] = /^([^{]+)(?:\{(.*)\})?$/s.exec(metric) ?? []
  const [, stat = "", limit = ""] = /^\s*(\S+?)\s*(?:<=|<|>=|>)\s*(\S+)\s*$/.exec(source) ?? []
  if (selectorName(selector) !== row.name) return false
  return row.rules.some((rule) => rule.limit === Number(limit) && sameFigure(rule, k6Metric, stat))
}

/** The row that a selector is about: a name tag's, or overall where only scenario and phase select. */
function selectorName(selector: string): string | null {
  const quoted = /(?:^|,)\s*name:\s*(?:"((?:[^"\\]|\\.)*)"|([^,]*))/.exec(selector)
  if (quoted) return quoted[1] ?? quoted[2]?.trim() ?? null
  const others = selector.split(",").filter((part) => !/^\s*(?:scenario|phase):|^\s*$/.test(part))
  return others.length === 0 ? "overall" : null
}

function sameFigure({ metric }: RuleResult, k6Metric: string, stat: string): boolean {
  // k6 divides by the whole run, setup and graceful stop included.
  if (metric === "rate") return false
  if (metric === "errorRate") return k6Metric === "http_req_failed" && stat === "rate"
  if (metric === "minSamples") return k6Metric === "http_reqs" && stat === "count"
  return k6Metric === "http_req_duration" && K6_STAT[metric].test(stat)
}

/** As many digits as matter, and as show on which side of the threshold's limit it is: 0.5, 12.35, 1234. */
export function figureText(value: number, source: string): string {
  const usual = String(Number(value.toPrecision(value >= 1_000 ? 12 : 4)))
  const [, limit] = /(?:[<>]=?|={2,3}|!=)\s*(\S+)\s*$/.exec(source) ?? []
  const beside = Number(limit)
  return Number.isFinite(beside) && limit !== undefined ? apart(value, beside, usual) : usual
}
