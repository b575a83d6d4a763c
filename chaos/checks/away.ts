import { quantile, sortNumbers } from "@saleproof/sla/quantile.ts"

import { KINDS } from "../client/effects.ts"
import type { Kind } from "../client/effects.ts"
import type { Sample } from "../client/prober.ts"
import type { Violation } from "./violation.ts"

/** One injury: when it was done, and when what it hit was back; ms since the epoch. */
export type Injury = { at: number; backAt: number }

export type Away = {
  /** Longest time without a served request, by kind. */
  awayMs: Record<Kind, number>
  /** From the moment that what was hit was back until every kind was served again; null when that never came. */
  recoveryMs: number | null
  /** 99 % of the requests that were sent meanwhile had an answer, 503 included, within this; null without any. */
  answerP99Ms: number | null
  /** The same of the calm before: what this machine takes anyway. */
  calmP99Ms: number | null
}

// Longer than anything that the service takes in peace, short enough to say how busy the machine is now.
const CALM_MS = 2_000
export const BACK_LIMIT_MS = 3_000
export const PROMPT_LIMIT_MS = 1_000

/** How long an injury kept the service away, as the prober saw it; `until` ends what belongs to this injury. */
export function measureAway(samples: readonly Sample[], injury: Injury, until: number): Away {
  const served = KINDS.map((kind) => ({
    kind,
    times: samples
      .filter((sample) => sample.kind === kind && sample.result === "ok")
      .map(({ endedAt }) => endedAt)
      .filter((at) => at <= until),
  })).filter(({ kind }) => samples.some((sample) => sample.kind === kind))
  const firstBack = served.map(({ times }) => times.find((at) => at >= injury.backAt))
  const meanwhile = samples.filter(({ sentAt }) => sentAt >= injury.at && sentAt < injury.backAt)
  const before = samples.filter(({ sentAt, endedAt }) => sentAt >= injury.at - CALM_MS && endedAt < injury.at)
  return {
    awayMs: { charge: 0, order: 0, claim: 0, ...gaps(served, injury, until) },
    recoveryMs: firstBack.includes(undefined)
      ? null
      : Math.max(0, ...firstBack.map((at) => (at ?? 0) - injury.backAt)),
    answerP99Ms: p99(meanwhile),
    calmP99Ms: p99(before),
  }
}

function p99(samples: readonly Sample[]): number | null {
  const times = sortNumbers(samples.map(({ sentAt, endedAt }) => endedAt - sentAt))
  return times && quantile(times, 0.99)
}

function gaps(served: { kind: Kind; times: readonly number[] }[], { at }: Injury, until: number) {
  return Object.fromEntries(
    served.map(({ kind, times }) => {
      const before = times.findLast((time) => time < at) ?? at
      const moments = [before, ...times.filter((time) => time >= at), until]
      const longest = moments.slice(1).map((moment, index) => moment - (moments[index] ?? moment))
      return [kind, Math.max(0, ...longest)]
    }),
  )
}

/** How much longer an answer took meanwhile than on this machine anyway. */
export function lateMs({ answerP99Ms, calmP99Ms }: Away): number {
  return Math.max(0, (answerP99Ms ?? 0) - (calmP99Ms ?? 0))
}

/** What the injury kept waiting longer than promised; no limit means no promise. */
export function checkAway(away: Away, { promptLimitMs }: { promptLimitMs?: number }): Violation[] {
  const { recoveryMs, answerP99Ms, calmP99Ms } = away
  const violations: Violation[] = []
  if (recoveryMs === null)
    violations.push({ check: "served", detail: "not every kind of request was served again" })
  else if (recoveryMs > BACK_LIMIT_MS)
    violations.push({ check: "back", detail: `the service came back after ${recoveryMs} ms` })
  if (promptLimitMs !== undefined && lateMs(away) > promptLimitMs)
    violations.push({
      check: "prompt",
      detail: `1 % of the requests meanwhile took ${answerP99Ms} ms or more, and ${calmP99Ms} ms before`,
    })
  return violations
}
