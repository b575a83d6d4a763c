import { quantile, sortNumbers } from "@saleproof/sla/quantile.ts"

import { KINDS } from "../client/effects.ts"
import type { Kind } from "../client/effects.ts"
import type { Sample } from "../client/prober.ts"
import type { Violation } from "./violation.ts"

/** One injection: when it was done, and when its target was back; ms since the epoch. */
export type Injection = { at: number; backAt: number }

export type Downtime = {
  /** Longest time without a served request, by kind. */
  downtimeMs: Record<Kind, number>
  /** From the moment that the target was back until every kind was served again; null when that never came. */
  recoveryMs: number | null
  /** 99 % of the requests that were sent meanwhile had an answer, 503 included, within this; null without any. */
  answerP99Ms: number | null
  /** The same before the injection: what this machine takes anyway. */
  baselineP99Ms: number | null
}

// Longer than anything that the service takes in peace, short enough to say how busy the machine is now.
const BASELINE_MS = 2_000
export const BACK_LIMIT_MS = 3_000
export const PROMPT_LIMIT_MS = 1_000

/** How long an injection interrupted the service, as seen by the prober; `until` ends what belongs to this injection. */
export function measureDowntime(samples: readonly Sample[], injection: Injection, until: number): Downtime {
  const served = KINDS.map((kind) => ({
    kind,
    times: samples
      .filter((sample) => sample.kind === kind && sample.result === "ok")
      .map(({ endedAt }) => endedAt)
      .filter((at) => at <= until),
  })).filter(({ kind }) => samples.some((sample) => sample.kind === kind))
  const firstBack = served.flatMap(({ times }) => times.find((at) => at >= injection.backAt) ?? [])
  const meanwhile = samples.filter(({ sentAt }) => sentAt >= injection.at && sentAt < injection.backAt)
  const before = samples.filter(
    ({ sentAt, endedAt }) => sentAt >= injection.at - BASELINE_MS && endedAt < injection.at,
  )
  return {
    downtimeMs: { charge: 0, order: 0, claim: 0, ...gaps(served, injection, until) },
    recoveryMs:
      firstBack.length < served.length ? null : Math.max(0, ...firstBack.map((at) => at - injection.backAt)),
    answerP99Ms: p99(meanwhile),
    baselineP99Ms: p99(before),
  }
}

function p99(samples: readonly Sample[]): number | null {
  const times = sortNumbers(samples.map(({ sentAt, endedAt }) => endedAt - sentAt))
  return times && quantile(times, 0.99)
}

function gaps(served: { kind: Kind; times: readonly number[] }[], { at }: Injection, until: number) {
  return Object.fromEntries(
    served.map(({ kind, times }) => {
      const before = times.findLast((time) => time < at) ?? at
      const moments = [before, ...times.filter((time) => time >= at), until]
      const longest = moments.slice(1).map((moment, index) => moment - moments[index]!)
      return [kind, Math.max(0, ...longest)]
    }),
  )
}

/** How much longer an answer took meanwhile than on this machine anyway. */
export function lateMs({ answerP99Ms, baselineP99Ms }: Downtime): number {
  return Math.max(0, (answerP99Ms ?? 0) - (baselineP99Ms ?? 0))
}

/** What the injection kept waiting longer than promised; no limit means no promise. */
export function checkDowntime(
  downtime: Downtime,
  { promptLimitMs }: { promptLimitMs?: number },
): Violation[] {
  const { recoveryMs, answerP99Ms, baselineP99Ms } = downtime
  const violations: Violation[] = []
  if (recoveryMs === null)
    violations.push({ check: "served", detail: "not every kind of request was served again" })
  else if (recoveryMs > BACK_LIMIT_MS)
    violations.push({ check: "back", detail: `the service came back after ${recoveryMs} ms` })
  if (promptLimitMs !== undefined && lateMs(downtime) > promptLimitMs)
    violations.push({
      check: "prompt",
      detail: `1 % of the requests meanwhile took ${answerP99Ms} ms or more, and ${baselineP99Ms} ms before; at most ${promptLimitMs} ms more are allowed`,
    })
  return violations
}
