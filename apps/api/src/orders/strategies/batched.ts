import assert from "node:assert/strict"
import type { Answer } from "../../idempotency/answer.ts"
import { findAnswers } from "../../idempotency/store.ts"
import { createBatcher } from "../../infra/batcher.ts"
import type { Tx } from "../../infra/db.ts"
import { withRetry } from "../../infra/retry.ts"
import { placedOrderAnswer, refusedOrderAnswer } from "../answer.ts"
import { lockRows } from "../batch-rows.ts"
import { writeBatch } from "../batch-write.ts"
import { decideOrders } from "../decide.ts"
import type { Decided, OrderCommand } from "../decide.ts"
import type { OrderJob } from "../job.ts"
import { NO_ORDER_METRICS } from "../order-metrics.ts"
import type { PlaceOrder, StrategyDeps } from "./strategy.ts"

const MAX_BATCH = 128
const MAX_IN_FLIGHT = 2

/** Orders that arrive while a commit is under way are committed together, in one transaction a batch. */
export function createBatchedStrategy({
  db,
  writers,
  maxQueued,
  queueWaitMs,
  observe,
  onRetry,
  orderMetrics = NO_ORDER_METRICS,
}: StrategyDeps): PlaceOrder {
  const commit = (jobs: OrderJob[]) =>
    orderMetrics.commit(jobs, () =>
      withRetry(() => db.$transaction((tx) => placeBatch(tx, jobs)), { onRetry }),
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

/** The answer to every job. Hot rows are locked from `lockRows` on: only the decision and one statement follow. */
async function placeBatch(tx: Tx, jobs: readonly OrderJob[]): Promise<Map<OrderJob, Answer>> {
  const answers = await repeatedAnswers(tx, jobs)
  const fresh = jobs.filter((job) => !answers.has(job))
  if (fresh.length === 0) return answers
  const { rows, orderIds } = await lockRows(
    tx,
    fresh.map(({ command }) => command),
  )
  const orders = fresh.map((job, index) => {
    const id = orderIds[index]
    assert(id !== undefined, "every order of a batch has an id")
    return { ...job.command, id, job }
  })
  const decisions = decideOrders(orders, rows)
  const answered = decisions.map((decided) => ({ decided, answer: answerTo(decided) }))
  await writeBatch(tx, answered)
  for (const { decided, answer } of answered) answers.set(decided.order.job, answer)
  return answers
}

const answerTo = (decided: Decided<OrderCommand & { id: number }>): Answer =>
  decided.outcome === "placed"
    ? placedOrderAnswer(decided.order.id, decided)
    : refusedOrderAnswer(decided.refused)

async function repeatedAnswers(tx: Tx, jobs: readonly OrderJob[]): Promise<Map<OrderJob, Answer>> {
  const requests = jobs.flatMap(({ request }) => request ?? [])
  const byKey = await findAnswers(tx, requests)
  const answers = new Map<OrderJob, Answer>()
  for (const job of jobs) {
    const answer = job.request ? byKey.get(job.request.key) : undefined
    if (answer) answers.set(job, answer)
  }
  return answers
}
