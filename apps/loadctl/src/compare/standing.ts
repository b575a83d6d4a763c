import type { RunParts } from "../report/model.ts"
import { judge } from "../sla/judge.ts"
import type { Judgment } from "../sla/judge.ts"
import type { Measurement } from "../stats/model.ts"
import { mapOwed } from "@saleproof/sla/resolve.ts"

/** Whether a run's figures may be compared; one that is void says nothing about the target. */
export type Standing = { counts: true } | { counts: false; why: string }

/**
 * A run that passed or failed counts. So does one that is INVALID only because the target gave too few answers or kept
 * every user waiting: to leave it out would be to forgive the slow side. Whatever else makes a run INVALID voids it.
 */
export function standingOf(parts: RunParts): Standing {
  const { verdict } = parts
  if (!verdict || !parts.measurement) return { counts: false, why: "it broke off before it was judged" }
  if (verdict.verdict !== "INVALID" || gaveNothing(parts.measurement)) return { counts: true }
  const judged = judgeTarget(parts)
  return judged.verdict === "INVALID" ? { counts: false, why: judged.reasons[0]! } : { counts: true }
}

/** Users asked and none got an answer: the slowest that a side can be. */
function gaveNothing({ overall, k6 }: Measurement): boolean {
  return overall.n === 0 && k6.interruptedIterations > 0
}

/** The verdict of a run with all that a slow target causes forgiven: too few samples, arrivals that were dropped. */
export function judgeTarget({ plan, measurement, audit }: RunParts): Judgment {
  const unlimited = mapOwed(plan.sla, (owed) => ({ ...owed, minSamples: 0 }))
  return judge({
    plan: { ...plan, sla: { ...unlimited, droppedIterations: Number.POSITIVE_INFINITY } },
    measurement: measurement ?? null,
    audit: audit ?? null,
    stopped: null,
  })
}
