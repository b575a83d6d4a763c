import type { Audit, AuditAnswer } from "../audit/model.ts"
import { attribute } from "../health/attribute.ts"
import type { BrokenRule, Cause } from "../health/attribute.ts"
import type { Health } from "../health/model.ts"
import type { Manifest } from "../machine/manifest.ts"
import type { RunPlan } from "../plan/plan.ts"
import type { ExpectationResult } from "../sla/expectations.ts"
import type { MetricResult } from "../sla/metrics.ts"
import type { Judgment, Outcome } from "../sla/judge.ts"
import { checkRows } from "../sla/checks.ts"
import type { CheckRow } from "../sla/checks.ts"
import { judgeRows } from "../sla/rows.ts"
import type { Row } from "../sla/rows.ts"
import type { RuleResult } from "../sla/rules.ts"
import type { Sla } from "@saleproof/sla/resolve.ts"
import type { IterationsAccount } from "../stats/iterations.ts"
import type { Omission } from "../stats/model.ts"
import type { Intervals } from "../stats/interval.ts"
import type { Figures, K6Facts, K6Message, Measurement, ThresholdResult } from "../stats/model.ts"

const RUN_SCHEMA = "saleproof.run/1"

/** One row of the table. Latencies in ms, rate per second; null where nothing was measured. */
export type EndpointReport = Omit<Figures, "interval" | "over"> & {
  /** Where the percentiles may lie with 95 % confidence, ms; null where the samples are not known. */
  interval: Intervals | null
  /** The p95 limit in ms; null when there is none. */
  limit: number | null
  ok: boolean
  /** A limit lies within such an interval: another run could come out otherwise. */
  close: boolean
  rules: RuleResult[]
}

/** A finished, broken off or interrupted run: what every renderer and other tools read. */
export type RunReport = {
  schema: typeof RUN_SCHEMA
  runId: string
  scenario: string
  persona: string | null
  variants: string[]
  scale: number
  verdict: Outcome
  reasons: string[]
  warnings: string[]
  /** One for each broken rule of the SLA, as "endpoint metric". */
  causes: Cause[]
  startedAt: string
  finishedAt: string | null
  target: string | null
  iterations: number
  /** Iterations that k6 cut off at its end; their unfinished requests are in no figure. */
  cutOff: number
  /** Every iteration that was started; null where that is not known. */
  iterationsAccount: IterationsAccount | null
  requests: number
  failed: number
  overall: EndpointReport
  endpoints: EndpointReport[]
  expectations: ExpectationResult[]
  /** What came of the rules on the target's own metrics. */
  metrics: MetricResult[]
  checks: { passes: number; fails: number; rows: CheckRow[] }
  /** The script's own thresholds. */
  thresholds: ThresholdResult[]
  /** What k6 logged as an error or a warning, the first of each kind. */
  k6Messages: K6Message[]
  /** Requests that failed by k6's own http_req_failed, setup included; null where it keeps none. */
  k6Failed: number | null
  /** Null when the run never came to measuring. */
  sources: Pick<Measurement, "source" | "influx" | "reconciliation" | "instances" | "recorder"> | null
  hold: { from: string; seconds: number } | null
  /** What waiting for slow answers may hide: both p95s and p99s; null where that is not known. */
  omission: Omission | null
  /** `ok` is null when there was no audit. */
  audit: { ok: boolean | null; checks: AuditAnswer["checks"]; note: string | null }
  manifest: (Manifest & { cpu: Measurement["machine"] | null }) | null
}

/** The files of a run's folder, as far as the run came. */
export type RunParts = {
  plan: RunPlan
  manifest?: Manifest | undefined
  measurement?: Measurement | undefined
  audit?: Audit | undefined
  verdict?: SavedVerdict | undefined
  health?: Health | undefined
  /** Of the rules on the target's own metrics; a saved run has them in its verdict. */
  metrics?: MetricResult[] | undefined
}

type SavedVerdict = Judgment & { finishedAt: string }

function unjudged({ runId, instances }: RunPlan): Judgment & { finishedAt: string | null } {
  const reason =
    instances === undefined
      ? "The run broke off before it was judged."
      : `It runs elsewhere, and \`loadctl report --testid ${runId}\` has not judged it yet.`
  return { verdict: "INVALID", reasons: [reason], warnings: [], expectations: [], finishedAt: null }
}

/** Puts the saved parts together; a run without a verdict never finished, and the report says so. */
export function composeReport({ plan, manifest, measurement, audit, verdict, health }: RunParts): RunReport {
  const judged = verdict ?? unjudged(plan)
  const { verdict: outcome, reasons, warnings, expectations, finishedAt } = judged
  const table = tableOf(plan, measurement)
  return {
    schema: RUN_SCHEMA,
    runId: plan.runId,
    scenario: plan.scenario,
    persona: plan.persona,
    variants: plan.variants,
    scale: plan.scale,
    verdict: outcome,
    reasons,
    warnings,
    startedAt: plan.startedAt,
    finishedAt,
    target: manifest?.target ?? null,
    ...table,
    causes: causesOf(table, { measurement, health }),
    // Runs that an earlier version saved have none.
    omission: measurement?.omission ?? null,
    expectations,
    metrics: judged.metrics ?? [],
    audit: auditOf(audit),
    manifest: manifest ? { ...manifest, cpu: measurement?.machine ?? null } : null,
  }
}

function tableOf({ sla }: RunPlan, measurement: Measurement | undefined) {
  const measured = measurement ?? nothingMeasured(sla)
  const { overall, endpoints } = judgeRows(measured, sla)
  const { hold } = measured
  return {
    ...k6Of(measurement?.k6 ?? NO_K6),
    iterationsAccount: measurement?.iterations ?? null,
    requests: overall.figures.n,
    failed: overall.figures.failed,
    overall: rowOf(overall),
    endpoints: endpoints.map(rowOf),
    sources: measurement ? sourcesOf(measurement) : null,
    hold: hold && { from: new Date(hold.from).toISOString(), seconds: (hold.to - hold.from) / 1_000 },
  }
}

/** What k6 itself said; an earlier version saved less of it. */
function k6Of(k6: Pick<K6Facts, "iterations" | "interruptedIterations" | "checks"> & Partial<K6Facts>) {
  const { iterations, interruptedIterations, checks, thresholds = [], messages = [], metrics = {} } = k6
  return {
    iterations,
    cutOff: interruptedIterations,
    checks: {
      passes: checks.reduce((sum, { passes }) => sum + passes, 0),
      fails: checks.reduce((sum, { fails }) => sum + fails, 0),
      rows: checkRows(checks),
    },
    thresholds,
    k6Messages: messages,
    k6Failed: failedByK6(metrics),
  }
}

/** Without a response callback k6 asks no request whether it failed, and its rate is one of nothing. */
function failedByK6({ http_req_failed: rate }: K6Facts["metrics"]): number | null {
  return rate?.["total"] ? (rate["matches"] ?? null) : null
}

const NO_K6 = { iterations: 0, interruptedIterations: 0, checks: [] }

function causesOf(
  table: Pick<RunReport, "endpoints" | "overall">,
  { measurement, health }: Pick<RunParts, "measurement" | "health">,
): Cause[] {
  return attribute(brokenRules(table), {
    health: health ?? null,
    window: measurement?.window ?? null,
    seconds: measurement?.seconds,
  })
}

/** The rules of latency and failures that were broken: those whose cause is looked for. */
function brokenRules({ endpoints, overall }: Pick<RunReport, "endpoints" | "overall">): BrokenRule[] {
  return [...endpoints, overall].flatMap(({ name, rules }) =>
    rules
      .filter(
        ({ outcome, level, metric }) => outcome === "fail" && level === "fail" && metric !== "minSamples",
      )
      .map(({ metric }) => ({ endpoint: name, metric })),
  )
}

function nothingMeasured(sla: Sla): Pick<Measurement, "overall" | "endpoints" | "hold" | "omission"> {
  return {
    omission: null,
    overall: emptyFigures("overall"),
    endpoints: Object.keys(sla.endpoints).map(emptyFigures),
    hold: null,
  }
}

function rowOf({ figures: all, owed, rules }: Row): EndpointReport {
  const { over: _over, ...figures } = all
  const ok = rules.every(({ level, outcome }) => level === "warn" || outcome === "pass")
  const close = rules.some((rule) => rule.close)
  const limit = owed.latency.p95?.limit ?? null
  return { ...figures, interval: figures.interval ?? null, limit, ok, close, rules }
}

function sourcesOf({ source, influx, reconciliation, instances, recorder }: Measurement) {
  return {
    source,
    influx,
    reconciliation,
    ...(instances ? { instances } : {}),
    ...(recorder ? { recorder } : {}),
  }
}

function auditOf(audit: Audit | undefined): RunReport["audit"] {
  if (audit?.state === "done") return { ok: audit.ok, checks: audit.checks, note: null }
  if (audit?.state === "unreachable") return { ok: null, checks: [], note: audit.text }
  const note = audit ? (audit.text ?? "none is configured") : "the run did not come to it"
  return { ok: null, checks: [], note }
}

function emptyFigures(name: string): Figures {
  return { name, n: 0, rate: null, p50: null, p95: null, p99: null, max: null, failed: 0, statuses: {} }
}
