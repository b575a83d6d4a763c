import type { Answer } from "../idempotency/answer.ts"
import { runOnce } from "../idempotency/kept-answers.ts"
import type { KeyedRequest } from "../idempotency/request.ts"
import { createConcurrencyLimiter } from "../infra/concurrency-limiter.ts"
import type { Db, Tx } from "../infra/db.ts"

// Far more than people make at once; a script that sends more gets 503 and has to retry.
const MAX_QUEUED = 100

type Job = { request: KeyedRequest | null; run: (tx: Tx) => Promise<Answer> }

/**
 * Commits the changes of operators, each once under its key, and one at a time: the other connections are
 * for orders and claims, which changes of one row would only wait for.
 */
export function createChangeCommit({ db }: { db: Db }) {
  const changes = createConcurrencyLimiter<Job, Answer>({
    run: ({ request, run }) => runOnce(db, request, run),
    maxInFlight: 1,
    maxQueued: MAX_QUEUED,
  })
  return (request: KeyedRequest | null, run: Job["run"]): Promise<Answer> => changes.submit({ request, run })
}

export type ChangeCommit = ReturnType<typeof createChangeCommit>
