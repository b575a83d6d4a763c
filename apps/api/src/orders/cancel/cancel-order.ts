import { mismatchAnswer } from "../../idempotency/answer.ts"
import type { Answer } from "../../idempotency/answer.ts"
import type { KeyedRequest } from "../../idempotency/request.ts"
import { repeatIfTaken } from "../../idempotency/taken-key.ts"
import { createBatcher } from "../../infra/batcher.ts"
import type { BatchStatements, Db } from "../../infra/db.ts"
import { withRetry } from "../../infra/retry.ts"
import type { RetryObserver } from "../../infra/retry.ts"
import { refusedOrder } from "../answer.ts"
import { cancelledAnswer } from "./answer.ts"
import { createCancelDecider } from "./decide.ts"
import type { CancelCommand, DecidedCancel } from "./decide.ts"
import type { CancelJob } from "./job.ts"
import { CANCELLATION_KEY_TAKEN, lockCancelRows } from "./rows.ts"
import { writeCancels } from "./write.ts"
import type { Cancelled } from "./write.ts"

const MAX_BATCH = 128

export type CancelDeps = {
  db: Db
  /** How long a user may cancel an order after it was placed. */
  windowMs: number
  /** Cancellations that may wait for a commit. */
  maxQueued: number
  onRetry?: RetryObserver | undefined
}

/**
 * Cancels a whole order, once: every repeat, with or without its key, gets the first answer. Cancellations that arrive
 * while a commit is in flight are committed together, whatever strategy places orders.
 */
export function createCancelOrder({ db, windowMs, maxQueued, onRetry }: CancelDeps) {
  const cancelAll = (jobs: CancelJob[]) => db.inBatch((tx) => cancelBatch(tx, jobs, windowMs))
  const batcher = createBatcher<CancelJob, Answer>({
    commit: (jobs) =>
      withRetry(() => repeatIfTaken(CANCELLATION_KEY_TAKEN, () => cancelAll(jobs)), { onRetry }),
    maxBatch: MAX_BATCH,
    // The other writers are for orders.
    maxInFlight: 1,
    maxQueued,
  })
  return (command: CancelCommand, request: KeyedRequest | null): Promise<Answer> =>
    batcher.submit({ command, request })
}

async function cancelBatch(tx: BatchStatements, jobs: readonly CancelJob[], windowMs: number) {
  const { rows, known } = await lockCancelRows(tx, jobs)
  const decide = createCancelDecider(rows, windowMs)
  const hashes = new Map([...known].map(([identity, { hash }]) => [identity, hash]))
  const cancelled: Cancelled[] = []

  function answer({ command, request }: CancelJob): Answer {
    const hash = request && hashes.get(request.identity)
    if (request && hash && hash !== request.hash) return mismatchAnswer()
    const decided = decide(command)
    if (decided.outcome === "cancelled") {
      const { order, balanceAfter } = decided
      cancelled.push({ order, balanceAfter, reason: command.reason, request })
      if (request) hashes.set(request.identity, request.hash)
    }
    return answerOf(decided)
  }

  const answers = new Map(jobs.map((job) => [job, answer(job)]))
  await writeCancels(tx, cancelled, rows.at)
  return answers
}

const answerOf = (decided: DecidedCancel): Answer =>
  decided.outcome === "refused" ? refusedOrder(decided.refused) : cancelledAnswer(decided.order)
