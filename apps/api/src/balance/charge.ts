import { RefusalError } from "../errors.ts"
import { chargesToOutbox } from "../events/outbox.ts"
import { jsonAnswer, mismatchAnswer, refusedAnswer } from "../idempotency/answer.ts"
import type { Answer } from "../idempotency/answer.ts"
import type { KeyedRequest } from "../idempotency/request.ts"
import { repeatIfTaken } from "../idempotency/taken-key.ts"
import { createBatcher } from "../infra/batcher.ts"
import { pgArray, sql, uuidArray } from "../infra/db.ts"
import type { Db, Tx } from "../infra/db.ts"
import { withRetry } from "../infra/retry.ts"
import type { RetryObserver } from "../infra/retry.ts"
import { createSharedRead } from "../infra/shared-read.ts"

const MAX_BALANCE = 1_000_000_000_000
const MAX_BATCH = 128
/** The unique index of the keys; its violation says that another process was faster with the same key. */
const KEY_TAKEN = "ledger_entries_request_identity_key"

/** `amount` in won. */
type Charge = { userId: number; amount: number; request: KeyedRequest | null }

export type ChargeDeps = {
  writeDb: Db
  /** Charges that may wait for a commit. */
  maxQueued: number
  onRetry?: RetryObserver | undefined
}

/**
 * Adds money to a balance, idempotent for a keyed request. Charges that arrive while a commit is in flight are committed
 * together.
 */
export function createCharge({ writeDb: db, maxQueued, onRetry }: ChargeDeps) {
  const batcher = createBatcher<Charge, Answer>({
    commit: (charges) => withRetry(() => repeatIfTaken(KEY_TAKEN, () => addAll(db, charges)), { onRetry }),
    maxBatch: MAX_BATCH,
    // The other writers are for orders.
    maxInFlight: 1,
    maxQueued,
  })
  const findRepeated = createSharedRead<KeyedRequest, Answer | null>({
    read: (requests) => findRepeats(db, requests),
    missing: null,
    maxQueued,
  })

  return async (userId: number, amount: number, request: KeyedRequest | null): Promise<Answer> => {
    const answer = await batcher.submit({ userId, amount, request })
    if (answer.status < 400 || request === null) return answer
    // What refused it may be the effect of its own first request, committed after the key was looked for.
    return (await findRepeated(request)) ?? answer
  }
}

/** All or nothing: after an error a caller may repeat these, because none of them happened. */
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

/** Charges of which no two are of one user or one key, as a statement changes a row once; each after those before it. */
function roundsOf(charges: readonly Charge[]): Charge[][] {
  const rounds: Charge[][] = []
  const next = new Map<number | string, number>()
  for (const charge of charges) {
    const { userId, request } = charge
    const names = request === null ? [userId] : [userId, request.identity]
    const at = Math.max(...names.map((name) => next.get(name) ?? 0))
    for (const name of names) next.set(name, at + 1)
    ;(rounds[at] ??= []).push(charge)
  }
  return rounds
}

type Charged = {
  userId: number
  exists: boolean
  /** The balance that the charge left; null when it was refused. */
  balance: number | null
  first: FirstCharge | null
}
/** What the first request with a key did; the hash is that request's. */
type FirstCharge = { hash: string; userId: number; balance: number }

/**
 * Charges of different users in one statement: a balance moves only if it stays within its limit and the key is new, and
 * never without its ledger row. Users are locked by ascending id, as for orders.
 */
async function addMoney(db: Db | Tx, charges: readonly Charge[]): Promise<Map<Charge, Answer>> {
  const userIds = pgArray(charges.map(({ userId }) => userId))
  const amounts = pgArray(charges.map(({ amount }) => amount))
  const identities = uuidArray(charges.map(({ request }) => request?.identity ?? null))
  const hashes = uuidArray(charges.map(({ request }) => request?.hash ?? null))
  const rows = await db.$queryRaw<Charged[]>`
    WITH asked AS (
      SELECT * FROM unnest(${userIds}::int[], ${amounts}::bigint[], ${identities}::uuid[], ${hashes}::uuid[])
        AS t (user_id, amount, identity, hash)
    ), locked AS MATERIALIZED (
      SELECT id FROM users WHERE id = ANY (${userIds}::int[]) ORDER BY id FOR NO KEY UPDATE
    ), known AS MATERIALIZED (${keyedCharges(identities)}), charged AS (
      UPDATE users u SET balance = u.balance + amount FROM asked JOIN locked ON locked.id = user_id
      WHERE u.id = user_id AND u.balance + amount <= ${MAX_BALANCE}::bigint
        AND NOT EXISTS (SELECT FROM known WHERE known.identity = asked.identity)
      RETURNING u.id, amount, balance, asked.identity, asked.hash
    ), booked AS (
      INSERT INTO ledger_entries (user_id, kind, amount, balance_after, request_identity, request_hash)
      SELECT id, 'charge', amount, balance, identity, hash FROM charged
      RETURNING id
    ), queued AS (${chargesToOutbox(sql`booked`)})
    SELECT asked.user_id AS "userId", locked.id IS NOT NULL AS exists, charged.balance::float8 AS balance,
           to_json(known) AS first
    FROM asked LEFT JOIN locked ON locked.id = user_id LEFT JOIN charged ON charged.id = user_id
      LEFT JOIN known ON known.identity = asked.identity`
  const charged = new Map(rows.map((row) => [row.userId, row]))
  return new Map(charges.map((charge) => [charge, chargeAnswer(charge, charged.get(charge.userId))]))
}

const keyedCharges = (identities: string) => sql`
  SELECT request_identity AS identity, request_hash AS hash, user_id AS "userId", balance_after AS balance
  FROM ledger_entries WHERE request_identity = ANY (${identities}::uuid[])`

function chargeAnswer({ userId, request }: Charge, charged: Charged | undefined): Answer {
  if (!charged) throw new Error("A charge was left without its row")
  const { exists, balance, first } = charged
  if (first && request) return repeatedAnswer(first, request)
  if (!exists) return refusedAnswer(noSuchUser(userId))
  if (balance !== null) return jsonAnswer(201, { userId, balance })
  return refusedAnswer(new RefusalError("BALANCE_LIMIT", `A balance is at most ${MAX_BALANCE} won`))
}

/** The answer that the first request got, made of its row again; or that the key belongs to another payload. */
const repeatedAnswer = ({ hash, userId, balance }: FirstCharge, request: KeyedRequest): Answer =>
  hash === request.hash ? jsonAnswer(201, { userId, balance }) : mismatchAnswer()

async function findRepeats(db: Db, requests: readonly KeyedRequest[]) {
  const identities = uuidArray(requests.map(({ identity }) => identity))
  const rows = await db.$queryRaw<{ identity: string; first: FirstCharge }[]>`
    SELECT identity, to_json(k) AS first FROM (${keyedCharges(identities)}) k`
  const firsts = new Map(rows.map(({ identity, first }) => [identity, first]))
  return new Map(
    requests.flatMap((request) => {
      const first = firsts.get(request.identity)
      return first ? [[request, repeatedAnswer(first, request)] as const] : []
    }),
  )
}

export const noSuchUser = (id: number) => new RefusalError("USER_NOT_FOUND", `User ${id} does not exist`)
