import type { Audit, AuditAnswer } from "../audit/model.ts"
import { attribute } from "../health/attribute.ts"
import type { Cause } from "../health/attribute.ts"
import type { Health } from "../health/model.ts"
import type { Manifest } from "../machine/manifest.ts"
import type { RunPlan } from "../plan/plan.ts"
import type { ExpectationResult } from "../sla/expectations.ts"
import type { Judgement, Outcome } from "../sla/judge.ts"
import { applyRules } from "../sla/rules.ts"
import type { RuleResult } from "../sla/rules.ts"
import type { EndpointSla, Sla } from "@saleproof/sla/resolve.ts"
import type { Omission } from "../stats/corrected.ts"
import type { Figures, Measurement } from "../stats/model.ts"

const RUN_SCHEMA = "saleproof.run/1"

/** One row of the table. Latencies in ms, rate per second; null where nothing was measured. */
export type EndpointReport = Figures & {
  /** The p95 limit in ms; null when there is none. */
  limit: number | null
  ok: boolean
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
  requests: number
  failed: number
  overall: EndpointReport
  endpoints: EndpointReport[]
  expectations: ExpectationResult[]
  checks: { passes: number; fails: number }
  /** Null when the run never came to measuring. */
  sources: Pick<Measurement, "source" | "influx" | "reconciliation" | "instances"> | null
  hold: { from: string; seconds: number } | null
  /** What waiting for slow answers may hide: both p95s and p99s; null where that is not known. */
  omission: Omission | null
  /** `ok` is null when nobody audited. */
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
}

type SavedVerdict = Judgement & { finishedAt: string }

function unjudged({ runId, instances }: RunPlan): Judgement & { finishedAt: string | null } {
  const reason =
    instances === undefined
      ? "The run broke off before it was judged."
      : `It runs elsewhere, and \`loadctl report --testid ${runId}\` has not judged it yet.`
  return { verdict: "INVALID", reasons: [reason], warnings: [], expectations: [], finishedAt: null }
}

/** Puts the saved parts together; a run without a verdict never finished, and the report says so. */
export function composeReport({ plan, manifest, measurement, audit, verdict, health }: RunParts): RunReport {
  const { verdict: outcome, reasons, warnings, expectations, finishedAt } = verdict ?? unjudged(plan)
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
    audit: auditOf(audit),
    manifest: manifest ? { ...manifest, cpu: measurement?.machine ?? null } : null,
  }
}

function tableOf({ sla }: RunPlan, measurement: Measurement | undefined) {
  const { overall, endpoints, hold } = measurement ?? nothingMeasured(sla)
  const checks = measurement?.k6.checks ?? []
  return {
    iterations: measurement?.k6.iterations ?? 0,
    cutOff: measurement?.k6.interruptedIterations ?? 0,
    requests: overall.n,
    failed: overall.failed,
    overall: rowOf(overall, sla.overall),
    endpoints: endpoints.map((figures) => rowOf(figures, sla.endpoints[figures.name] ?? sla.each)),
    checks: {
      passes: checks.reduce((sum, { passes }) => sum + passes, 0),
      fails: checks.reduce((sum, { fails }) => sum + fails, 0),
    },
    sources: measurement ? sourcesOf(measurement) : null,
    hold: hold && { from: new Date(hold.from).toISOString(), seconds: (hold.to - hold.from) / 1_000 },
  }
}

function causesOf(
  table: Pick<RunReport, "endpoints" | "overall">,
  { measurement, health }: Pick<RunParts, "measurement" | "health">,
): Cause[] {
  return attribute(brokenRules(table), health ?? null, measurement?.window ?? null)
}

/** The rules of latency and failures that were broken: those that somebody asks the reason of. */
function brokenRules({ endpoints, overall }: Pick<RunReport, "endpoints" | "overall">): string[] {
  return [...endpoints, overall].flatMap(({ name, rules }) =>
    rules
      .filter(
        ({ outcome, level, metric }) => outcome === "fail" && level === "fail" && metric !== "minSamples",
      )
      .map(({ metric }) => `${name} ${metric}`),
  )
}

function nothingMeasured(sla: Sla): Pick<Measurement, "overall" | "endpoints" | "hold"> {
  return {
    overall: emptyFigures("overall"),
    endpoints: Object.keys(sla.endpoints).map(emptyFigures),
    hold: null,
  }
}

function rowOf(figures: Figures, owed: EndpointSla): EndpointReport {
  const rules = applyRules(figures, owed)
  const ok = rules.every(({ level, outcome }) => level === "warn" || outcome === "pass")
  return { ...figures, limit: owed.latency.p95?.limit ?? null, ok, rules }
}

function sourcesOf({ source, influx, reconciliation, instances }: Measurement) {
  return { source, influx, reconciliation, ...(instances ? { instances } : {}) }
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
