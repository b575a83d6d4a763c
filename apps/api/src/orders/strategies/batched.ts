import type { Answer } from "../../idempotency/answer.ts"
import { repeatIfTaken } from "../../idempotency/taken-key.ts"
import { createBatcher } from "../../infra/batcher.ts"
import type { BatchStatements } from "../../infra/db.ts"
import { withRetry } from "../../infra/retry.ts"
import { lockRows } from "../batch-rows.ts"
import { writeBatch } from "../batch-write.ts"
import { decideBatch } from "../decide-batch.ts"
import type { OrderJob } from "../job.ts"
import { ORDER_KEY_TAKEN, repeatedAnswer } from "../keyed-orders.ts"
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
async function placeBatch(tx: BatchStatements, jobs: readonly OrderJob[]): Promise<Map<OrderJob, Answer>> {
  const { answers, ...decided } = decideBatch(jobs, await lockRows(tx, jobs))
  const refused = [...answers].flatMap(([job, { status }]) =>
    job.request && status >= 400 ? { job, request: job.request } : [],
  )
  const requests = refused.map(({ request }) => request)
  // What refused one may be the effect of its own first request, committed after `lockRows` had begun.
  const firsts = await writeBatch(tx, decided, requests)
  for (const { job, request } of refused) {
    const first = firsts.get(request.identity)
    if (first) answers.set(job, repeatedAnswer(first, request))
  }
  return answers
}
