import type { Db, Tx } from "../infra/db.ts"
import { withRetry } from "../infra/retry.ts"
import { mismatchAnswer } from "./answer.ts"
import type { Answer } from "./answer.ts"
import type { KeyedRequest } from "./request.ts"

/**
 * Runs a request at most once under its key, for effects that are rare and no row that could carry the key: one
 * transaction with the effect and, if it succeeded, its answer. A request that is refused is decided again.
 */
export function runOnce(
  db: Db,
  request: KeyedRequest | null,
  run: (tx: Tx) => Promise<Answer>,
): Promise<Answer> {
  return withRetry(() =>
    db.$transaction(async (tx) => {
      if (request === null) return run(tx)
      const kept = await findKept(tx, request)
      if (kept) return kept
      const answer = await run(tx)
      if (answer.status < 300) await keep(tx, request, answer)
      return answer
    }),
  )
}

/** The answer under this key, once no other transaction is about to write one. */
async function findKept(tx: Tx, { identity, hash }: KeyedRequest): Promise<Answer | undefined> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${identity}, 0))`
  const kept = await tx.keptAnswer.findUnique({ where: { requestIdentity: identity } })
  if (!kept) return undefined
  return kept.requestHash === hash ? { status: kept.status, body: kept.body } : mismatchAnswer()
}

async function keep(tx: Tx, { identity, hash }: KeyedRequest, { status, body }: Answer): Promise<void> {
  await tx.keptAnswer.create({ data: { requestIdentity: identity, requestHash: hash, status, body } })
}
