import type { Answer } from "../idempotency/answer.ts"
import { findAnswers, keepAnswer } from "../idempotency/store.ts"
import type { Db } from "../infra/db.ts"
import { withRetry } from "../infra/retry.ts"
import type { RetryObserver } from "../infra/retry.ts"
import { placedOrderAnswer, refusedOrderAnswer } from "./answer.ts"
import { decideOrder } from "./decide.ts"
import type { Line } from "./decide.ts"
import type { OrderJob } from "./job.ts"
import { WriteConflictError, readRows, takeStock, writeOrder } from "./prisma-writes.ts"

/** Locks products for the update of their stock; disposed once that update is committed or rolled back. */
export type LockStock = (lines: readonly Line[]) => Promise<AsyncDisposable>

type PlaceDeps = { db: Db; onRetry?: RetryObserver | undefined }

/**
 * Places one order in one interactive transaction of model calls: read, decide, then write with the decision as a
 * condition, because nothing was locked when it was read. Products are hot, so they come last.
 */
export async function placeSingleOrder(
  { db, onRetry }: PlaceDeps,
  job: OrderJob,
  lockStock?: LockStock,
): Promise<Answer> {
  try {
    return await withRetry(() => attempt(db, job, lockStock), { onRetry })
  } catch (error) {
    if (!(error instanceof WriteConflictError)) throw error
    const answer = refusedOrderAnswer(error.refused)
    if (job.request) await keepAnswer(db, job.request, answer)
    return answer
  }
}

async function attempt(db: Db, { command, request }: OrderJob, lockStock?: LockStock): Promise<Answer> {
  await using locked = new AsyncDisposableStack()
  return await db.$transaction(async (tx) => {
    const repeated = request && (await findAnswers(tx, [request])).get(request.key)
    if (repeated) return repeated
    const decided = decideOrder(command, await readRows(tx, command))
    const answer =
      decided.outcome === "placed"
        ? placedOrderAnswer(await writeOrder(tx, command, decided.placed), decided)
        : refusedOrderAnswer(decided.refused)
    if (request) await keepAnswer(tx, request, answer)
    if (decided.outcome === "refused") return answer
    if (lockStock) locked.use(await lockStock(command.lines))
    await takeStock(tx, command.lines)
    return answer
  })
}
