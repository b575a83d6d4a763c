import { lateMs } from "../checks/away.ts"
import type { Check, Violation } from "../checks/violation.ts"
import type { Kind } from "../client/effects.ts"
import type { Fault } from "../faults/fault.ts"
import type { PaceName } from "../trial/pace.ts"
import type { Trial } from "../trial/trial.ts"
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
  /** How often each promise was broken, with some examples. */
  violations: { check: Check; count: number; examples: string[] }[]
}

export type Figures = {
  requests: number
  acknowledged: number
  refused: number
  openAttempts: number
  resolvedByKey: number
  injuries: number
  /** The longest time without a served request after any injury, by kind. */
  awayMs: Record<Kind, number> | null
  /** The slowest return to service after what was hit was back. */
  recoveryMs: number | null
  answerP99Ms: number | null
  /** The same before the first injury: what this machine takes anyway. */
  calmP99Ms: number | null
  /** How much longer than in the calm before an answer took; null where nothing is promised. */
  lateMs: number | null
  promptLimitMs: number | null
  /** The most that one injury left committed without an answer, by kind. */
  unacknowledged: Record<Kind, number> | null
  couponsAfterMs: number
  notes: Record<string, number | string>
}

export type Report = {
  schema: "saleproof.chaos/1"
  verdict: "passed" | "violated" | "interrupted"
  seed: string
  pace: PaceName
  /** Virtual users at the same time, except in races, which bring their own. */
  users: number
  command: string
  startedAt: string
  tookMs: number
  machine: Machine
  /** The load average of the last minute before it began: what else the machine had to do. */
  loadBefore: number
  faults: FaultReport[]
}

const MOST_EXAMPLES = 5

/** What a trial comes to. */
export function reportTrial(fault: Fault, trial: Trial, tookMs: number): Omit<FaultReport, "cpu"> {
  return {
    fault: fault.name,
    title: fault.title,
    verdict: trial.violations.length === 0 ? "passed" : "violated",
    tookMs,
    figures: figuresOf(fault, trial),
    violations: summarise(trial.violations),
  }
}

function figuresOf({ promptLimitMs }: Fault, trial: Trial): Figures {
  const { aways, unacknowledged } = trial
  const recoveries = aways.map(({ recoveryMs }) => recoveryMs)
  const answers = aways.flatMap(({ answerP99Ms }) => answerP99Ms ?? [])
  return {
    requests: trial.sent,
    acknowledged: trial.acknowledged,
    refused: trial.refused,
    openAttempts: trial.openAttempts,
    resolvedByKey: trial.resolvedByKey,
    injuries: unacknowledged.length,
    awayMs: greatest(aways.map(({ awayMs }) => awayMs)),
    recoveryMs:
      recoveries.includes(null) || recoveries.length === 0 ? null : Math.max(...recoveries.map(Number)),
    answerP99Ms: answers.length === 0 ? null : Math.max(...answers),
    calmP99Ms: aways[0]?.calmP99Ms ?? null,
    lateMs: promptLimitMs === undefined || aways.length === 0 ? null : Math.max(...aways.map(lateMs)),
    promptLimitMs: promptLimitMs ?? null,
    unacknowledged: greatest(unacknowledged.map(({ counts }) => counts)),
    couponsAfterMs: trial.grantedAfterMs,
    notes: trial.notes,
  }
}

function greatest(rows: readonly Record<Kind, number>[]): Record<Kind, number> | null {
  if (rows.length === 0) return null
  const most = (kind: Kind) => Math.max(...rows.map((row) => row[kind]))
  return { charge: most("charge"), order: most("order"), claim: most("claim") }
}

/** How often each promise was broken, with some examples. */
export function summarise(violations: readonly Violation[]): FaultReport["violations"] {
  const byCheck = Map.groupBy(violations, ({ check }) => check)
  return [...byCheck].map(([check, found]) => ({
    check,
    count: found.length,
    examples: found.slice(0, MOST_EXAMPLES).map(({ detail }) => detail),
  }))
}
