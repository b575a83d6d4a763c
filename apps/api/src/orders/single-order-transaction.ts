import { RefusalError } from "../errors.ts"
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
import {
  TermsChangedError,
  WriteConflictError,
  readRows,
  takeStock,
  writeOrder,
  writeOutbox,
} from "./prisma-writes.ts"

/** Locks products for the update of their stock; disposed once that update is committed or rolled back. */
export type LockStock = (lines: readonly Line[]) => Promise<AsyncDisposable>

const MAX_ATTEMPTS = 5

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
  const once = () => repeatIfTaken(ORDER_KEY_TAKEN, () => whileRowsHold(() => attempt(db, job, lockStock)))
  const answer = await withRetry(once, { onRetry }).catch(refusedAfterAll)
  if (answer.status < 400 || !job.request) return answer
  // What refused it may be the effect of its own first request, committed after the key was looked for.
  return (await findRepeated(db, job.request)) ?? answer
}

/**
 * Decides anew when what an order was decided on changed meanwhile, so that of several rules that it breaks by then it is
 * refused by the first, as every strategy does. A row that others change each time refuses it after all.
 */
async function whileRowsHold(run: () => Promise<Answer>): Promise<Answer> {
  for (let attempts = 1; ; attempts++) {
    try {
      return await run()
    } catch (error) {
      if (!(error instanceof TermsChangedError || error instanceof WriteConflictError)) throw error
      if (attempts < MAX_ATTEMPTS) continue
      if (error instanceof WriteConflictError) throw error
      throw new RefusalError("OVERLOADED", error.message, { retryAfterSeconds: 1 })
    }
  }
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
    const rows = await readRows(tx, command)
    const decided = decideOrder(command, rows)
    if (decided.outcome === "refused") return refusedOrder(decided.refused)
    const { placed } = decided
    const written = await writeOrder(tx, { command, request, placed, at: rows.at })
    if (lockStock) locked.use(await lockStock(command.lines))
    await writeOutbox(tx, written, await takeStock(tx, placed, rows))
    return placedAnswer(orderRow(written.id, command, placed))
  })
}

async function findRepeated(db: Db | Tx, request: KeyedRequest): Promise<Answer | undefined> {
  const first = (await findKnown(db, [request])).get(request.identity)
  return first && repeatedAnswer(first, request)
}
