import type { Answer } from "../idempotency/answer.ts"
import type { KeyedRequest } from "../idempotency/request.ts"
import { repeatIfTaken } from "../idempotency/taken-key.ts"
import type { Db, Tx } from "../infra/db.ts"
import { withRetry } from "../infra/retry.ts"
import type { RetryObserver } from "../infra/retry.ts"
import { orderRow, placedAnswer, refusedOrder } from "./answer.ts"
import { decideOrder } from "./decide.ts"
import type { Line } from "./decide.ts"
import type { OrderJob } from "./job.ts"
import { ORDER_KEY_TAKEN, findKnown, repeatedAnswer } from "./keyed-orders.ts"
import { WriteConflictError, readRows, takeStock, writeOrder, writeOutbox } from "./prisma-writes.ts"

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
  const once = () => repeatIfTaken(ORDER_KEY_TAKEN, () => attempt(db, job, lockStock))
  const answer = await withRetry(once, { onRetry }).catch(refusedAfterAll)
  if (answer.status < 400 || !job.request) return answer
  // What refused it may be the effect of its own first request, committed after the key was looked for.
  return (await findRepeated(db, job.request)) ?? answer
}

function refusedAfterAll(error: unknown): Answer {
  if (error instanceof WriteConflictError) return refusedOrder(error.refused)
  throw error
}

async function attempt(db: Db, { command, request }: OrderJob, lockStock?: LockStock): Promise<Answer> {
  await using locked = new AsyncDisposableStack()
  return await db.$transaction(async (tx) => {
    const repeated = request && (await findRepeated(tx, request))
    if (repeated) return repeated
    const decided = decideOrder(command, await readRows(tx, command))
    if (decided.outcome === "refused") return refusedOrder(decided.refused)
    const written = await writeOrder(tx, { command, request }, decided.placed)
    if (lockStock) locked.use(await lockStock(command.lines))
    await writeOutbox(tx, written, await takeStock(tx, command.lines))
    return placedAnswer(orderRow(written.id, command, decided.placed))
  })
}

async function findRepeated(db: Db | Tx, request: KeyedRequest): Promise<Answer | undefined> {
  const first = (await findKnown(db, [request])).get(request.identity)
  return first && repeatedAnswer(first, request)
}
