import { createBatcher } from "../infra/batcher.ts"
import type { Clock } from "../infra/clock.ts"
import type { Db } from "../infra/db.ts"
import type { Logger } from "../infra/logger.ts"
import type { Metrics } from "../infra/metrics.ts"
import { withRetry } from "../infra/retry.ts"
import type { Reach } from "./address.ts"
import { claim, settle } from "./deliveries.ts"
import type { Claimed, Outcome } from "./deliveries.ts"
import { send } from "./send.ts"
import { noteHealth } from "./health.ts"
import { signatureHeaders } from "./signature.ts"

const MAX_BATCH = 128
/** As many as may be sent at a time. */
const MAX_QUEUED = 10_000

type DeliverDeps = {
  db: Db
  clock: Clock
  logger: Logger
  metrics: Metrics
  reach: Reach
  /** How long after each failed attempt the next one follows; a delivery that fails after the last is given up. */
  delaysMs: readonly number[]
  /** How long an endpoint may fail without one success until it is disabled. */
  disableAfterMs: number
  /** Called when there may be more to send. */
  onSettled: () => void
}

/**
 * Makes one attempt at a delivery, if it is its turn. Returns in how many ms to try again, or undefined: it was delivered
 * or given up, or another process's. At least once: a process that dies between sending and recording leaves it to be sent again.
 */
export function createDeliver(deps: DeliverDeps) {
  const { db, clock, logger, metrics, reach, delaysMs, disableAfterMs, onSettled } = deps
  const batcher = createBatcher<Outcome, true>({
    commit: async (outcomes) => {
      const disabled = await withRetry(() =>
        db.$transaction(async (tx) => {
          await settle(tx, outcomes)
          return noteHealth(tx, outcomes, disableAfterMs)
        }),
      )
      for (const webhook of disabled)
        logger.warn({ webhook }, "a webhook was disabled: it failed for too long")
      return new Map(outcomes.map((outcome) => [outcome, true]))
    },
    maxBatch: MAX_BATCH,
    maxInFlight: 1,
    maxQueued: MAX_QUEUED,
  })

  async function attempt(delivery: Claimed): Promise<Outcome> {
    const { id, webhookId, eventId, body, url, secret } = delivery
    const headers = {
      ...signatureHeaders({ id: eventId, body, secret, now: clock() }),
      "Content-Type": "application/cloudevents+json; charset=utf-8",
    }
    const sent = await send({ url, headers, body, reach })
    if (sent.ok) return { id, webhookId, outcome: "delivered" }
    const inMs = sent.gone ? undefined : delaysMs[delivery.attempts - 1]
    if (inMs !== undefined) return { id, webhookId, outcome: "retry", reason: sent.reason, inMs }
    logger.warn({ delivery: id, event: eventId, reason: sent.reason }, "a webhook's delivery was given up")
    return { id, webhookId, outcome: "dead", reason: sent.reason }
  }

  return async (id: number): Promise<number | undefined> => {
    const delivery = await claim(db, id)
    if (!delivery) return undefined
    const outcome = await attempt(delivery)
    metrics.webhookDeliveries.labels(outcome.outcome).inc()
    await batcher.submit(outcome)
    onSettled()
    return outcome.outcome === "retry" ? outcome.inMs : undefined
  }
}

export type Deliver = ReturnType<typeof createDeliver>
