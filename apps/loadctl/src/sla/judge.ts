import type { Audit } from "../audit/model.ts"
import type { RunPlan } from "../plan/plan.ts"
import type { Figures, Measurement } from "../stats/model.ts"
import { applyExpectation } from "./expectations.ts"
import type { ExpectationResult } from "./expectations.ts"
import { validityChecks } from "./validity.ts"
import { applyRules } from "./rules.ts"
import type { RuleResult } from "./rules.ts"
import { brokenRule, countText, shareText } from "./text.ts"

export type Outcome = "PASS" | "FAIL" | "INVALID"

/** What a run is judged by. Null is what it did not come to. */
export type Evidence = {
  plan: Pick<RunPlan, "sla" | "expect" | "scale" | "instances">
  measurement: Measurement | null
  audit: Audit | null
  /** Why the run ended before its last phase; null when it did not. */
  stopped: string | null
}

/** The verdict with everything that led to it; `verdict.json` of a run. */
export type Judgement = {
  verdict: Outcome
  /** Why it is not a PASS, the gravest first; empty for a PASS. */
  reasons: string[]
  warnings: string[]
  expectations: ExpectationResult[]
}

type Findings = { broken: string[]; invalid: string[]; warnings: string[] }

/**
 * PASS needs every rule kept by data that can be trusted. A violated invariant is a FAIL however they were measured; any
 * other broken rule is one only if the measurement holds, otherwise the run is INVALID: it proves nothing.
 */
export function judge(evidence: Evidence): Judgement {
  const { plan, measurement, audit } = evidence
  const rows = measurement ? ruleRows(measurement, plan.sla) : []
  const expectations = measurement ? plan.expect.map((rule) => applyExpectation(rule, measurement)) : []
  const audited = auditFindings(audit)
  const found = [
    validityChecks(evidence),
    audited,
    ...rows.map(rowFindings),
    checkFindings(evidence),
    ...expectations.map(expectationFindings),
    thresholdFindings(measurement, rows),
  ]
  const broken = found.flatMap((findings) => findings.broken)
  const invalid = found.flatMap((findings) => findings.invalid)
  return {
    verdict: outcomeOf({ audited, broken, invalid }),
    reasons: audited.broken.length > 0 ? [...broken, ...invalid] : [...invalid, ...broken],
    warnings: found.flatMap((findings) => findings.warnings),
    expectations,
  }
}

function outcomeOf({
  audited,
  broken,
  invalid,
}: Pick<Findings, "broken" | "invalid"> & { audited: Findings }): Outcome {
  if (audited.broken.length > 0) return "FAIL"
  if (invalid.length > 0) return "INVALID"
  return broken.length > 0 ? "FAIL" : "PASS"
}

type Row = { figures: Figures; rules: RuleResult[] }

function ruleRows(measurement: Measurement, sla: RunPlan["sla"]): Row[] {
  return [
    { figures: measurement.overall, rules: applyRules(measurement.overall, sla.overall) },
    ...measurement.endpoints.map((figures) => ({
      figures,
      rules: applyRules(figures, sla.endpoints[figures.name] ?? sla.each),
    })),
  ]
}

function rowFindings({ figures, rules }: Row): Findings {
  const findings = noFindings()
  for (const rule of rules) {
    if (rule.outcome !== "fail") continue
    const text = brokenRule(figures, rule)
    if (rule.level === "warn") findings.warnings.push(text)
    else if (rule.metric === "minSamples") findings.invalid.push(text)
    else findings.broken.push(text)
  }
  return findings
}

function auditFindings(audit: Audit | null): Findings {
  const findings = noFindings()
  if (audit?.state === "unreachable") findings.invalid.push(`The audit did not answer: ${audit.text}.`)
  if (audit?.state !== "done" || audit.ok) return findings
  const violated = audit.checks.filter(
    ({ violations }) => (Array.isArray(violations) ? violations.length : violations) > 0,
  )
  findings.broken = violated.map(
    ({ id, title }) => `The audit found a violation of ${id}${title ? `: ${title}` : ""}.`,
  )
  if (violated.length === 0) findings.broken.push("The audit says that the invariants do not hold.")
  return findings
}

function checkFindings({ plan, measurement }: Evidence): Findings {
  const findings = noFindings()
  const rule = plan.sla.checks
  if (!rule || !(measurement?.k6.summary || measurement?.instances)) return findings
  const { checks } = measurement.k6
  const passes = checks.reduce((sum, check) => sum + check.passes, 0)
  const fails = checks.reduce((sum, check) => sum + check.fails, 0)
  if (passes + fails === 0)
    findings.invalid.push("The script checked nothing, so nothing says that answers were right.")
  else if (passes / (passes + fails) < rule.limit) {
    const failing = checks.filter((check) => check.fails > 0).map(({ name, fails }) => `${name} (${fails})`)
    const text = `${countText(fails, "check")} failed: ${failing.slice(0, 5).join(", ")}; ${shareText(rule.limit)} must hold.`
    findings[rule.level === "warn" ? "warnings" : "broken"].push(text)
  }
  return findings
}

function expectationFindings({ title, wanted, outcome, actual, level }: ExpectationResult): Findings {
  const findings = noFindings()
  if (outcome === "no-data") findings.invalid.push(`Not measured: ${title}.`)
  if (outcome === "fail") {
    findings[level === "warn" ? "warnings" : "broken"].push(
      `Expected ${title}: ${wanted}, but it was ${actual}.`,
    )
  }
  return findings
}

/** What the script's own thresholds say, unless the table says it already. */
function thresholdFindings(measurement: Measurement | null, rows: readonly Row[]): Findings {
  const findings = noFindings()
  for (const { metric, threshold } of measurement?.k6.failedThresholds ?? []) {
    if (toldElsewhere(metric, threshold)) continue
    const name = /name:"?([^",}]+)/.exec(metric)?.[1] ?? "overall"
    const told = rows.some(
      ({ figures, rules }) => figures.name === name && rules.some(({ outcome }) => outcome === "fail"),
    )
    if (!told || !metric.startsWith("http_req"))
      findings.broken.push(`k6's threshold ${threshold} on ${metric} failed.`)
  }
  return findings
}

/** Too few samples and dropped iterations make the run invalid here, and checks have words of their own. */
function toldElsewhere(metric: string, threshold: string): boolean {
  if (metric === "dropped_iterations" || metric === "checks") return true
  return metric.startsWith("http_reqs") && threshold.startsWith("count>=")
}

function noFindings(): Findings {
  return { broken: [], invalid: [], warnings: [] }
}
