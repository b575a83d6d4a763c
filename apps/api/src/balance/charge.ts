import { RefusalError } from "../errors.ts"
import { jsonAnswer, refusedAnswer } from "../idempotency/answer.ts"
import type { Answer } from "../idempotency/answer.ts"
import { createIdempotent } from "../idempotency/idempotent.ts"
import type { KeyedRequest } from "../idempotency/request.ts"
import { findAnswers, keepAnswer } from "../idempotency/store.ts"
import { createBatcher } from "../infra/batcher.ts"
import { pgArray } from "../infra/db.ts"
import type { Db, Tx } from "../infra/db.ts"
import { createConcurrencyLimiter } from "../infra/concurrency-limiter.ts"
import { withRetry } from "../infra/retry.ts"
import type { RetryObserver } from "../infra/retry.ts"

const MAX_BALANCE = 1_000_000_000_000
const MAX_BATCH = 128
// Charges with keys have a limiter of their own: in the pool, many slow ones would keep orders waiting for a connection.
const MOST_KEYED = 2
const KEYED_WAIT_MS = 1_500

/** `amount` in won. */
type Charge = { userId: number; amount: number }

export type ChargeDeps = {
  writeDb: Db
  /** Charges that may wait for a commit. */
  maxQueued: number
  onRetry?: RetryObserver | undefined
}

/**
 * Adds money to a balance, idempotent for a keyed request. Charges that arrive while a commit is in flight are committed
 * together; a keyed one has a transaction of its own, since a key that is taken rolls it back.
 */
export function createCharge({ writeDb: db, maxQueued, onRetry }: ChargeDeps) {
  const idempotent = createIdempotent({ db })
  const batcher = createBatcher<Charge, Answer>({
    commit: (charges) => withRetry(() => addAll(db, charges), { onRetry }),
    maxBatch: MAX_BATCH,
    // The other writers are for orders.
    maxInFlight: 1,
    maxQueued,
  })

  const keyed = createConcurrencyLimiter<() => Promise<Answer>, Answer>({
    run: (charge) => withRetry(charge, { onRetry }),
    maxInFlight: MOST_KEYED,
    maxQueued,
    maxWaitMs: KEYED_WAIT_MS,
  })

  async function chargeWithKey(tx: Tx, charge: Charge, request: KeyedRequest): Promise<Answer> {
    const repeated = (await findAnswers(tx, [request])).get(request.key)
    if (repeated) return repeated
    const [answer] = (await addMoney(tx, [charge])).values()
    if (!answer) throw new Error("A charge was left without an answer")
    await keepAnswer(tx, request, answer)
    return answer
  }

  return (userId: number, amount: number, request: KeyedRequest | null): Promise<Answer> => {
    const charge = { userId, amount }
    if (request === null) return batcher.submit(charge)
    return idempotent(request, () =>
      keyed.submit(() => db.$transaction((tx) => chargeWithKey(tx, charge, request))),
    )
  }
}

/** All or nothing: whoever repeats these after an error must know that none of them happened. */
function addAll(db: Db, charges: readonly Charge[]): Promise<Map<Charge, Answer>> {
  const [round = [], ...more] = roundsOf(charges)
  if (more.length === 0) return addMoney(db, round)
  return db.$transaction(async (tx) => {
    const answers = await addMoney(tx, round)
    for (const next of more) {
      for (const [charge, answer] of await addMoney(tx, next)) answers.set(charge, answer)
    }
    return answers
  })
}

/** A user's first charges, the second ones, and so on: a statement changes a row once. */
function roundsOf(charges: readonly Charge[]): Charge[][] {
  const rounds: Charge[][] = []
  const seen = new Map<number, number>()
  for (const charge of charges) {
    const at = seen.get(charge.userId) ?? 0
    seen.set(charge.userId, at + 1)
    ;(rounds[at] ??= []).push(charge)
  }
  return rounds
}

type Charged = { userId: number; known: boolean; balance: number | null }

/**
 * Charges of different users in one statement: a balance moves only if it stays within its limit, and never without
 * its ledger row. Users are locked by ascending id, as whoever places orders does.
 */
async function addMoney(db: Db | Tx, charges: readonly Charge[]): Promise<Map<Charge, Answer>> {
  const userIds = pgArray(charges.map(({ userId }) => userId))
  const amounts = pgArray(charges.map(({ amount }) => amount))
  const rows = await db.$queryRaw<Charged[]>`
    WITH asked AS (
      SELECT * FROM unnest(${userIds}::int[], ${amounts}::bigint[]) AS t (user_id, amount)
    ), locked AS MATERIALIZED (
      SELECT id FROM users WHERE id = ANY (${userIds}::int[]) ORDER BY id FOR NO KEY UPDATE
    ), charged AS (
      UPDATE users u SET balance = u.balance + amount FROM asked JOIN locked ON locked.id = user_id
      WHERE u.id = user_id AND u.balance + amount <= ${MAX_BALANCE}::bigint RETURNING u.id, amount, balance
    ), booked AS (
      INSERT INTO ledger_entries (user_id, kind, amount, balance_after)
      SELECT id, 'charge', amount, balance FROM charged
    )
    SELECT user_id AS "userId", locked.id IS NOT NULL AS known, balance::float8 AS balance
    FROM asked LEFT JOIN locked ON locked.id = user_id LEFT JOIN charged ON charged.id = user_id`
  const charged = new Map(rows.map((row) => [row.userId, row]))
  return new Map(charges.map((charge) => [charge, chargeAnswer(charge, charged.get(charge.userId))]))
}

function chargeAnswer({ userId }: Charge, charged: Charged | undefined): Answer {
  if (!charged?.known) return refusedAnswer(noSuchUser(userId))
  const { balance } = charged
  if (balance !== null) return jsonAnswer(201, { userId, balance })
  return refusedAnswer(new RefusalError("BALANCE_LIMIT", `A balance is at most ${MAX_BALANCE} won`))
}

export const noSuchUser = (id: number) => new RefusalError("USER_NOT_FOUND", `User ${id} does not exist`)
