import { lateMs } from "../checks/downtime.ts"
import type { Growth } from "../checks/growth.ts"
import type { Check, Violation } from "../checks/violation.ts"
import type { Kind } from "../client/effects.ts"
import type { Fault } from "../faults/fault.ts"
import type { PaceName } from "../experiment/pace.ts"
import type { ExperimentResult } from "../experiment/run.ts"
import type { Machine } from "@saleproof/loadctl/machine/watch.ts"

/** What one fault left behind. Times in ms. */
export type FaultReport = {
  fault: string
  title: string
  verdict: "passed" | "violated" | "not possible"
  /** Why it was not possible here. */
  reason?: string
  tookMs: number
  /** Shares of all CPUs meanwhile, 0 to 1: all that ran on the machine, and what the hypervisor took. */
  cpu: { busy: number | null; steal: number | null }
  figures?: Figures
  /** What became of each table beside a history. */
  growth?: Growth[]
  /** How often each promise was broken, with some examples. */
  violations: { check: Check; count: number; examples: string[] }[]
}

export type Figures = {
  requests: number
  acknowledged: number
  refused: number
  openAttempts: number
  resolvedByKey: number
  injections: number
  /** The longest time without a served request after any injection, by kind. */
  downtimeMs: Record<Kind, number> | null
  /** The slowest return to service after the target was back. */
  recoveryMs: number | null
  answerP99Ms: number | null
  /** The same before the first injection: what this machine takes anyway. */
  baselineP99Ms: number | null
  /** How much longer than before the injection an answer took; null where nothing is promised. */
  lateMs: number | null
  promptLimitMs: number | null
  /** The most that one injection left committed without an answer, by kind. */
  unacknowledged: Record<Kind, number> | null
  couponsAfterMs: number
  notes: Record<string, number | string>
}

export type Report = {
  schema: "saleproof.chaos/2"
  verdict: "passed" | "violated" | "interrupted"
  seed: string
  pace: PaceName
  /** Virtual users at the same time, except in races, which bring their own. */
  users: number
  /** Orders of the history beside which it ran. */
  historyOrders?: number
  command: string
  startedAt: string
  tookMs: number
  machine: Machine
  /** The load average of the last minute before it began: what else the machine had to do. */
  loadBefore: number
  faults: FaultReport[]
}

const MOST_EXAMPLES = 5

/** What a result comes to. */
export function reportExperiment(
  fault: Fault,
  result: ExperimentResult,
  tookMs: number,
): Omit<FaultReport, "cpu"> {
  return {
    fault: fault.name,
    title: fault.title,
    verdict: result.violations.length === 0 ? "passed" : "violated",
    tookMs,
    figures: figuresOf(fault, result),
    ...(result.growth.length > 0 && { growth: result.growth }),
    violations: summarize(result.violations),
  }
}

function figuresOf({ promptLimitMs }: Fault, result: ExperimentResult): Figures {
  const { downtimes, unacknowledged } = result
  const recoveries = downtimes.map(({ recoveryMs }) => recoveryMs)
  const answers = downtimes.flatMap(({ answerP99Ms }) => answerP99Ms ?? [])
  return {
    requests: result.sent,
    acknowledged: result.acknowledged,
    refused: result.refused,
    openAttempts: result.openAttempts,
    resolvedByKey: result.resolvedByKey,
    injections: unacknowledged.length,
    downtimeMs: greatest(downtimes.map(({ downtimeMs }) => downtimeMs)),
    recoveryMs:
      recoveries.includes(null) || recoveries.length === 0 ? null : Math.max(...recoveries.map(Number)),
    answerP99Ms: answers.length === 0 ? null : Math.max(...answers),
    baselineP99Ms: downtimes[0]?.baselineP99Ms ?? null,
    lateMs: promptLimitMs === undefined || downtimes.length === 0 ? null : Math.max(...downtimes.map(lateMs)),
    promptLimitMs: promptLimitMs ?? null,
    unacknowledged: greatest(unacknowledged.map(({ counts }) => counts)),
    couponsAfterMs: result.grantedAfterMs,
    notes: result.notes,
  }
}

function greatest(rows: readonly Record<Kind, number>[]): Record<Kind, number> | null {
  if (rows.length === 0) return null
  const most = (kind: Kind) => Math.max(...rows.map((row) => row[kind]))
  return { charge: most("charge"), order: most("order"), claim: most("claim") }
}

/** How often each promise was broken, with some examples. */
export function summarize(violations: readonly Violation[]): FaultReport["violations"] {
  const byCheck = Map.groupBy(violations, ({ check }) => check)
  return [...byCheck].map(([check, found]) => ({
    check,
    count: found.length,
    examples: found.slice(0, MOST_EXAMPLES).map(({ detail }) => detail),
  }))
}
