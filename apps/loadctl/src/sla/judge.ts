import type { Audit } from "../audit/model.ts"
import type { Measurement } from "../stats/model.ts"
import { checkFindings } from "./checks.ts"
import { failureFindings } from "./failures.ts"
import type { Evidence } from "./evidence.ts"
import { applyExpectation } from "./expectations.ts"
import type { ExpectationResult } from "./expectations.ts"
import { metricFindings } from "./metrics.ts"
import type { MetricResult } from "./metrics.ts"
import { iterationFindings } from "./iterations.ts"
import { mergeFindings, noFindings } from "./findings.ts"
import type { Findings } from "./findings.ts"
import { judgeRows, rowFindings } from "./rows.ts"
import { thresholdFindings } from "./thresholds.ts"
import { validityChecks } from "./validity.ts"

export type Outcome = "PASS" | "FAIL" | "INVALID"

/** The verdict with everything that led to it; `verdict.json` of a run. */
export type Judgment = {
  verdict: Outcome
  /** Why it is not a PASS, the gravest first; empty for a PASS. */
  reasons: string[]
  warnings: string[]
  expectations: ExpectationResult[]
  /** Absent where the SLA has no rules on the target's own metrics. */
  metrics?: MetricResult[]
}

/**
 * PASS needs every rule kept by data that can be trusted. A violated invariant is a FAIL however it was measured; any
 * other broken rule is one if the measurement can be trusted, whatever else is unknown. What is left is INVALID: it
 * proves nothing.
 */
export function judge(evidence: Evidence): Judgment {
  const { plan, measurement, audit } = evidence
  const { metrics = [] } = evidence
  const expectations = measurement ? plan.expect.map((rule) => applyExpectation(rule, measurement)) : []
  const audited = auditFindings(audit)
  const measured = mergeFindings([
    validityChecks(evidence),
    ...(measurement ? measurementFindings(measurement, plan) : []),
    ...expectations.map(expectationFindings),
    ...metrics.map(metricFindings),
  ])
  const found = mergeFindings([audited, measured])
  const verdict = outcomeOf(audited, measured)
  return {
    verdict,
    reasons:
      verdict === "FAIL"
        ? [...found.broken, ...found.untrusted, ...found.unknown]
        : [...found.untrusted, ...found.unknown, ...found.broken],
    warnings: found.warnings,
    expectations,
    ...(metrics.length > 0 ? { metrics } : {}),
  }
}

function outcomeOf(audited: Findings, measured: Findings): Outcome {
  if (audited.broken.length > 0) return "FAIL"
  if (measured.untrusted.length > 0) return "INVALID"
  if (measured.broken.length > 0) return "FAIL"
  return audited.unknown.length + measured.unknown.length > 0 ? "INVALID" : "PASS"
}

function measurementFindings(measurement: Measurement, plan: Evidence["plan"]): Findings[] {
  const { sla } = plan
  const { endpoints, overall } = judgeRows(measurement, sla)
  const rows = [overall, ...endpoints]
  return [
    ...rows.map((row) => rowFindings(row, sla, measurement.seen)),
    checkFindings(measurement, sla),
    failureFindings(measurement, plan),
    iterationFindings(measurement, sla),
    thresholdFindings(measurement, rows, sla),
  ]
}

function auditFindings(audit: Audit | null): Findings {
  const findings = noFindings()
  if (audit?.state === "unreachable") findings.unknown.push(`The audit did not answer: ${audit.text}.`)
  if (audit?.state !== "done") return findings
  const violated = audit.checks.filter(
    ({ violations }) => (Array.isArray(violations) ? violations.length : violations) > 0,
  )
  findings.broken = violated.map(
    ({ id, title }) => `The audit found a violation of ${id}${title ? `: ${title}` : ""}.`,
  )
  if (!audit.ok && violated.length === 0)
    findings.broken.push("The audit says that the invariants do not hold.")
  return findings
}

function expectationFindings(result: ExpectationResult): Findings {
  const { title, wanted, outcome, actual, level } = result
  const findings = noFindings()
  if (outcome === "no-data") {
    const why = result.reason === undefined ? "." : `: ${result.reason}`
    findings.unknown.push(`Not measured: ${title}${why}`)
  }
  if (outcome === "fail") {
    findings[level === "warn" ? "warnings" : "broken"].push(
      `Expected ${title}: ${wanted}, but it was ${actual}.`,
    )
  }
  return findings
}
