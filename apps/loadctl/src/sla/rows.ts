import { QUANTILES, hasInterval, samplesToDecide } from "../stats/interval.ts"
import { listedFor } from "@saleproof/sla/resolve.ts"
import type { CorrectedRow } from "../stats/model.ts"
import type { Figures, Measurement } from "../stats/model.ts"
import { noFindings } from "./findings.ts"
import type { Findings } from "./findings.ts"
import type { EndpointSla, Sla } from "@saleproof/sla/resolve.ts"
import { applyRules } from "./rules.ts"
import type { Judged, RuleResult } from "./rules.ts"
import { seenInstead } from "./seen.ts"
import { brokenRule, correctedText, countText, limitMsText, msText, timedCount } from "./text.ts"

/** One row of the table with what it owes and what came of it. */
export type Row = { figures: Figures; owed: EndpointSla; rules: RuleResult[] }

type Table = Pick<Measurement, "overall" | "endpoints" | "omission">

/** Every endpoint that was seen or is owed, then all together. An endpoint that is not listed owes `each`. */
export function judgeRows(table: Table, sla: Sla): { endpoints: Row[]; overall: Row } {
  const { overall, endpoints, omission } = table
  const row = (figures: Figures, owed: EndpointSla, corrected: CorrectedRow | undefined): Row => {
    const rules = applyRules(figures, owed, judgedLatencies(sla, omission, corrected))
    return { figures, owed, rules }
  }
  const correctedRows = omission?.model === "closed" ? omission.endpoints : []
  return {
    endpoints: endpoints.map((figures) => {
      const { name, n } = figures
      const listed = listedFor(sla, name)
      // Seen, but in no request that is judged: nothing is owed.
      if (!listed && n === 0) return { figures, owed: sla.each, rules: [] }
      const corrected = correctedRows.find((candidate) => candidate.name === name)
      return row(figures, listed ?? sla.each, corrected)
    }),
    // A script without HTTP requests is judged by what else it does.
    overall: isWithoutHttp(table)
      ? { figures: overall, owed: sla.overall, rules: [] }
      : row(overall, sla.overall, omission?.model === "closed" ? omission.overall : undefined),
  }
}

/** Whether no HTTP request was made, but calls or connections of another kind that are judged. */
export function isWithoutHttp({ overall, endpoints }: Pick<Measurement, "overall" | "endpoints">): boolean {
  return overall.n === 0 && endpoints.some(({ n, metric }) => n > 0 && metric !== undefined)
}

/** With `latency: corrected`, what users would have seen had none waited; in an open model none does. */
function judgedLatencies(
  { latency }: Sla,
  omission: Measurement["omission"],
  corrected: CorrectedRow | undefined,
): Judged {
  if (latency !== "corrected" || omission?.model === "open") return {}
  return { p95: corrected?.correctedP95 ?? null, p99: corrected?.correctedP99 ?? null }
}

/** What one row comes to. */
export function rowFindings({ figures, rules }: Row, sla: Sla, seen: Measurement["seen"]): Findings {
  const findings = noFindings()
  const fewSamples = rules.some(({ metric, outcome }) => metric === "minSamples" && outcome === "fail")
  for (const rule of rules) {
    if (rule.outcome === "no-data") {
      if (!fewSamples) findings.unknown.push(unknownRule(figures, rule, sla))
    } else if (sla.decide === "confident" && rule.close && rule.level === "fail") {
      findings.unknown.push(undecidedRule(figures, rule))
    } else if (rule.outcome === "fail") {
      placeOf(rule, findings).push(
        `${brokenRule(figures, rule)}${correctedText(figures, rule)}${instead(figures, seen)}`,
      )
    }
  }
  return findings
}

function placeOf({ level, metric }: RuleResult, findings: Findings): string[] {
  if (level === "warn") return findings.warnings
  return metric === "minSamples" ? findings.unknown : findings.broken
}

/** What there is where a name that was owed is missing. */
function instead({ name, n }: Figures, seen: Measurement["seen"]): string {
  return n === 0 && name !== "overall" && seen ? seenInstead(name, Object.keys(seen.names), "endpoints") : ""
}

function unknownRule({ name, n, unsent }: Figures, { metric }: RuleResult, { latency }: Sla): string {
  if (unsent !== undefined)
    return `${name}: ${metric} is not known: ${unsent.toLocaleString("en-US")} of ${countText(n, "request")} found no connection.`
  const why =
    latency === "corrected" && (metric === "p95" || metric === "p99")
      ? "corrected for omitted requests, needs finished iterations of one load model, and there were none"
      : "is not known"
  return `${name}: ${metric} ${why}.`
}

function undecidedRule(figures: Figures, { metric, limit, actual }: RuleResult): string {
  if (!hasInterval(metric)) throw new Error(`${metric} has no interval`)
  const { name, interval } = figures
  const [low, high] = interval?.[metric] ?? [null, null]
  const range = `between ${low === null ? "0" : msText(low)} and ${high === null ? "an unknown number of" : msText(high)} ms`
  return (
    `${name}: ${metric} of ${msText(actual)} ms is too close to the limit of ${limitMsText(limit)} ms: ` +
    `with 95 % confidence it is ${range} (n = ${timedCount(figures).toLocaleString("en-US")}).${adviceText(figures, metric)}`
  )
}

function adviceText(figures: Figures, metric: keyof typeof QUANTILES): string {
  const exceeding = figures.over?.[metric]
  const n = timedCount(figures)
  const needed =
    exceeding === undefined ? null : samplesToDecide({ n, over: exceeding, q: QUANTILES[metric] })
  return needed === null ? "" : ` About ${countText(roundUp(needed), "sample")} like these would decide.`
}

/** Two digits of an estimate are enough: 1,234 becomes 1,300. */
function roundUp(count: number): number {
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(count)) - 1)
  return Math.ceil(count / unit) * unit
}
