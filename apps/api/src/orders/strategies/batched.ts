import type { Answer } from "../../idempotency/answer.ts"
import { repeatIfTaken } from "../../idempotency/taken-key.ts"
import { createBatcher } from "../../infra/batcher.ts"
import type { Statements } from "../../infra/db.ts"
import { withRetry } from "../../infra/retry.ts"
import { lockRows } from "../batch-rows.ts"
import { writeBatch } from "../batch-write.ts"
import { decideBatch } from "../decide-batch.ts"
import type { OrderJob } from "../job.ts"
import { ORDER_KEY_TAKEN, findKnown, repeatedAnswer } from "../keyed-orders.ts"
import { NO_ORDER_METRICS } from "../order-metrics.ts"
import type { PlaceOrder, StrategyDeps } from "./strategy.ts"

const MAX_BATCH = 128
const MAX_IN_FLIGHT = 2

/** Orders that arrive while a commit is in progress are committed together, in one transaction per batch. */
export function createBatchedStrategy({
  db,
  writers,
  maxQueued,
  queueWaitMs,
  observe,
  onRetry,
  orderMetrics = NO_ORDER_METRICS,
}: StrategyDeps): PlaceOrder {
  const place = (jobs: OrderJob[]) => db.inBatch((tx) => placeBatch(tx, jobs))
  const commit = (jobs: OrderJob[]) =>
    orderMetrics.commit(jobs, () =>
      withRetry(() => repeatIfTaken(ORDER_KEY_TAKEN, () => place(jobs)), { onRetry }),
    )
  const batcher = createBatcher({
    commit,
    maxBatch: MAX_BATCH,
    maxInFlight: Math.min(writers, MAX_IN_FLIGHT),
    maxQueued,
    maxWaitMs: queueWaitMs,
    observe,
  })
  orderMetrics.queue(batcher.queued)
  return (command, request) => batcher.submit({ command, request })
}

/** The answer to every job. Hot rows are locked from `lockRows` on: the decision and one statement follow. */
async function placeBatch(tx: Statements, jobs: readonly OrderJob[]): Promise<Map<OrderJob, Answer>> {
  const { answers, placed, at } = decideBatch(jobs, await lockRows(tx, jobs))
  for (const [job, answer] of await repeatsOfRefused(tx, answers)) answers.set(job, answer)
  await writeBatch(tx, placed, at)
  return answers
}

/**
 * Looks for the keys of refused orders once more, now that their rows are locked: what refused one may be the effect of
 * its own first request, which another process committed after `lockRows` had begun.
 */
async function repeatsOfRefused(tx: Statements, answers: ReadonlyMap<OrderJob, Answer>) {
  const refused = [...answers].flatMap(([job, { status }]) =>
    job.request && status >= 400 ? { job, request: job.request } : [],
  )
  const known = await findKnown(
    tx,
    refused.map(({ request }) => request),
  )
  return refused.flatMap(({ job, request }) => {
    const first = known.get(request.identity)
    return first ? [[job, repeatedAnswer(first, request)] as const] : []
  })
}
