import { create } from "xmlbuilder2"

import type { RuleResult } from "../sla/rules.ts"
import { brokenRule, correctedText, limitMsText, limitShareText } from "../sla/text.ts"
import { figureText } from "../sla/thresholds.ts"
import { causeTexts, headline, violationCount, warmUpText } from "./cells.ts"
import type { EndpointReport, RunReport } from "./model.ts"

type Problem = { type: string; message: string; text?: string }
type Case = { of: string; name: string; failure?: Problem; error?: Problem; note?: string }
type Suite = { name: string; cases: Case[] }

/**
 * A run as JUnit XML: one test case for each limit of each endpoint, each expectation and each invariant of the
 * audit. A broken limit is a failure; what is unknown is an error, and so is a run that is INVALID.
 */
export function renderJunit(report: RunReport): string {
  return renderJunitOf(report.scenario, [report])
}

/** Several runs in one document, the test suites of each under its own run. */
export function renderJunitOf(name: string, reports: readonly RunReport[]): string {
  const runs = reports.map((report) => ({ report, suites: suitesOf(report) }))
  const all = runs.flatMap(({ suites }) => suites.flatMap(({ cases }) => cases))
  const document = {
    testsuites: {
      "@name": `loadctl ${name}`,
      ...counts(all),
      "@time": reports.reduce((sum, report) => sum + seconds(report), 0).toFixed(3),
      testsuite: runs.flatMap(({ report, suites }) => suites.map((suite) => suiteElement(suite, report))),
    },
  }
  // A name or a message may hold characters that XML has no way to write.
  return `${create({ encoding: "UTF-8", invalidCharReplacement: "\uFFFD" }, document).end({ prettyPrint: true })}\n`
}

function suitesOf(report: RunReport): Suite[] {
  const suites: Suite[] = [
    { name: "run", cases: [verdictCase(report)] },
    { name: "sla", cases: [...report.endpoints, report.overall].flatMap(ruleCases) },
    { name: "thresholds", cases: report.thresholds.map(thresholdCase) },
    { name: "checks", cases: report.checks.rows.map(checkCase) },
    { name: "expectations", cases: report.expectations.map(expectationCase) },
    { name: "metrics", cases: report.metrics.map(expectationCase) },
    { name: "audit", cases: auditCases(report) },
  ]
  return suites.filter(({ cases }) => cases.length > 0)
}

/** "pass" for the whole run, so that a reason which belongs to no limit is not lost. */
function verdictCase(report: RunReport): Case {
  const warmUp = warmUpText(report)
  const base = { of: "verdict", name: "PASS", ...(warmUp === null ? {} : { note: warmUp }) }
  if (report.verdict === "PASS") return base
  const [first = headline(report), ...others] = report.reasons
  const more = others.length === 0 ? "" : ` (and ${others.length} more)`
  const problem = {
    type: report.verdict,
    message: `${report.verdict}: ${first}${more}`,
    text: [headline(report), ...report.reasons, ...causeTexts(report)].join("\n"),
  }
  return report.verdict === "FAIL" ? { ...base, failure: problem } : { ...base, error: problem }
}

function ruleCases(row: EndpointReport): Case[] {
  return row.rules.map((rule) => {
    const base = { of: row.name, name: ruleName(rule) }
    if (rule.outcome === "pass") return base
    if (rule.outcome === "no-data") {
      return {
        ...base,
        error: { type: rule.metric, message: `${row.name}: no ${rule.metric}, n = ${row.n}.` },
      }
    }
    const message = `${brokenRule(row, rule)}${correctedText(row, rule)}`
    if (rule.level === "warn") return { ...base, note: `Warning: ${message}` }
    const problem = { type: rule.metric, message }
    return rule.metric === "minSamples" ? { ...base, error: problem } : { ...base, failure: problem }
  })
}

/** The limit as it is applied: everything up to it, the limit included, is kept. */
function ruleName({ metric, limit }: RuleResult): string {
  if (metric === "minSamples") return `samples >= ${limit}`
  if (metric === "rate") return `requests per second >= ${limit}`
  if (metric === "errorRate") return `failed requests <= ${limit === 0 ? "0 %" : limitShareText(limit)}`
  return `${metric} <= ${limitMsText(limit)} ms`
}

function thresholdCase({ metric, source, value, ok, empty }: RunReport["thresholds"][number]): Case {
  const base = { of: "thresholds", name: `${metric}: ${source}` }
  if (empty) return { ...base, error: { type: "no-data", message: `${metric}: there is no such sample.` } }
  if (ok) return base
  const message = `${metric}: ${value === null ? "broken" : figureText(value, source)}, but ${source} must hold.`
  return { ...base, failure: { type: "threshold", message } }
}

/** What may fail of all checks together is for the verdict to say; here fails only one that never held. */
function checkCase({ name, passes, fails, ok }: RunReport["checks"]["rows"][number]): Case {
  const base = { of: "checks", name }
  if (!ok) return { ...base, failure: { type: "check", message: `${name}: never held, ${fails} times.` } }
  return fails === 0 ? base : { ...base, note: `${passes} of ${passes + fails} hold.` }
}

type Expected = RunReport["expectations"][number] | RunReport["metrics"][number]

function expectationCase({ title, wanted, outcome, actual, level }: Expected): Case {
  const base = { of: "expectations", name: `${title}: ${wanted}` }
  if (outcome === "pass") return base
  if (outcome === "no-data") return { ...base, error: { type: outcome, message: `${title}: not measured.` } }
  const message = `${title}: ${actual}, but ${wanted} was expected.`
  return level === "warn"
    ? { ...base, note: `Warning: ${message}` }
    : { ...base, failure: { type: "expectation", message } }
}

function auditCases({ audit }: RunReport): Case[] {
  if (audit.ok === null) return []
  const cases = audit.checks.map(({ id, title, violations }): Case => {
    const base = { of: "audit", name: title === "" ? id : `${id}: ${title}` }
    const count = violationCount(violations)
    if (count === 0) return base
    const found = Array.isArray(violations) ? { text: JSON.stringify(violations, null, 2) } : {}
    return { ...base, failure: { type: id, message: `${id}: ${count} violations.`, ...found } }
  })
  const isNamed = audit.ok || cases.some(({ failure }) => failure)
  const message = "The audit says that the invariants do not hold."
  return isNamed ? cases : [...cases, { of: "audit", name: "ok", failure: { type: "audit", message } }]
}

function suiteElement({ name, cases }: Suite, { runId, scenario, startedAt, target }: RunReport) {
  return {
    "@name": name,
    ...counts(cases),
    "@skipped": 0,
    "@timestamp": startedAt,
    properties: {
      property: [
        { "@name": "run", "@value": runId },
        ...(target === null ? [] : [{ "@name": "target", "@value": target }]),
      ],
    },
    testcase: cases.map(({ of, name, failure, error, note }) => ({
      "@classname": `${scenario}.${of}`,
      "@name": name,
      "@time": 0,
      ...(failure && { failure: problemElement(failure) }),
      ...(error && { error: problemElement(error) }),
      ...(note !== undefined && { "system-out": note }),
    })),
  }
}

function problemElement({ type, message, text = message }: Problem) {
  return { "@message": message, "@type": type, "#": text }
}

function counts(cases: readonly Case[]) {
  return {
    "@tests": cases.length,
    "@failures": cases.filter(({ failure }) => failure).length,
    "@errors": cases.filter(({ error }) => error).length,
  }
}

function seconds({ startedAt, finishedAt }: RunReport): number {
  return finishedAt === null ? 0 : (Date.parse(finishedAt) - Date.parse(startedAt)) / 1_000
}
