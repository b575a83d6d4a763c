import { RefusalError } from "../errors.ts"
import type { Db, Tx } from "../infra/db.ts"
import { refusedAnswer } from "./answer.ts"
import type { Answer } from "./answer.ts"
import type { KeyedRequest } from "./request.ts"

/** The primary key of the stored answers; its violation says that another process was faster with the same key. */
export const KEY_TAKEN = "idempotency_keys_pkey"

type Stored = { key: string; requestHash: string; status: number; body: string }

/** The answers stored for these requests, by key. All are of one operation. */
export async function findAnswers(
  db: Db | Tx,
  requests: readonly KeyedRequest[],
): Promise<Map<string, Answer>> {
  const [first] = requests
  if (first === undefined) return new Map()
  const hashes = new Map(requests.map(({ key, hash }) => [key, hash]))
  const stored = await db.idempotencyKey.findMany({
    where: { operation: first.operation, key: { in: [...hashes.keys()] } },
  })
  return new Map(stored.map((answer) => [answer.key, replay(answer, hashes.get(answer.key))]))
}

/** Keeps the first answer, in the transaction of its effect; a key that is taken breaks that transaction. */
export async function keepAnswer(
  tx: Db | Tx,
  { operation, key, hash }: KeyedRequest,
  { status, body }: Answer,
) {
  await tx.idempotencyKey.createMany({ data: { operation, key, requestHash: hash, status, body } })
}

function replay({ requestHash, status, body }: Stored, hash: string | undefined): Answer {
  return requestHash === hash ? { status, body } : mismatchAnswer()
}

export const mismatchAnswer = () =>
  refusedAnswer(
    new RefusalError("IDEMPOTENCY_MISMATCH", "The Idempotency-Key belongs to a request with another payload"),
  )
