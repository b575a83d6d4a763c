import { RefusalError } from "../errors.ts"
import { chargesToOutbox } from "../events/outbox.ts"
import { jsonAnswer, mismatchAnswer, refusedAnswer } from "../idempotency/answer.ts"
import type { Answer } from "../idempotency/answer.ts"
import type { KeyedRequest } from "../idempotency/request.ts"
import { repeatIfTaken } from "../idempotency/taken-key.ts"
import { createBatcher } from "../infra/batcher.ts"
import { hidden, pgArray, sql, uuidArray } from "../infra/db.ts"
import type { Db, Statements } from "../infra/db.ts"
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
    read: (requests) => findRepeats(db.raw, requests),
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
  const [round = [], ...more] = roundsOf(charges, keyOf)
  if (more.length === 0 && roundsOf(round, userOf).length <= 1) return addMoney(db.raw, round)
  return db.inBatch(async (tx) => {
    const answers = new Map<Charge, Answer>()
    for (const next of [round, ...more]) {
      for (const [charge, answer] of await addRound(tx, next)) answers.set(charge, answer)
    }
    return answers
  })
}

/** What several charges of a user would exceed together, the first of them may not. */
async function addRound(tx: Statements, charges: readonly Charge[]): Promise<Map<Charge, Answer>> {
  const answers = await addMoney(tx, charges)
  const refused = charges.filter((charge) => answers.get(charge)?.code === "BALANCE_LIMIT")
  const rounds = roundsOf(refused, userOf)
  // The only charge of each user stays refused.
  for (const round of rounds.length > 1 ? rounds : []) {
    for (const [charge, answer] of await addMoney(tx, round)) answers.set(charge, answer)
  }
  return answers
}

type NameOf = (charge: Charge) => number | string | undefined
const userOf: NameOf = ({ userId }) => userId
const keyOf: NameOf = ({ request }) => request?.identity

/** Charges of which no two have one name; each after those before it. */
function roundsOf(charges: readonly Charge[], nameOf: NameOf): Charge[][] {
  const rounds: Charge[][] = []
  const next = new Map<number | string, number>()
  for (const charge of charges) {
    const name = nameOf(charge)
    const at = name === undefined ? 0 : (next.get(name) ?? 0)
    if (name !== undefined) next.set(name, at + 1)
    ;(rounds[at] ??= []).push(charge)
  }
  return rounds
}

type Charged = {
  /** The place of the charge, from 1. */
  nr: number
  exists: boolean
  /** The balance that the charge left; null when it was refused. */
  balance: number | null
  first: FirstCharge | null
}
/** What the first request with a key did; the hash is that request's. */
type FirstCharge = { hash: string; userId: number; balance: number }

/**
 * Charges with different keys in one statement: a balance moves only if all charges of its user stay within its limit,
 * and never without a ledger row for each; a known key does nothing. Users are locked by ascending id, as for orders.
 */
async function addMoney(db: Statements, charges: readonly Charge[]): Promise<Map<Charge, Answer>> {
  const userIds = pgArray(charges.map(({ userId }) => userId))
  const amounts = pgArray(charges.map(({ amount }) => amount))
  const identities = uuidArray(charges.map(({ request }) => request?.identity ?? null))
  const hashes = uuidArray(charges.map(({ request }) => request?.hash ?? null))
  const rows = await db.$queryRaw<Charged[]>`
    WITH asked AS (
      SELECT * FROM unnest(${userIds}::int[], ${amounts}::bigint[], ${identities}::uuid[], ${hashes}::uuid[])
        WITH ORDINALITY AS t (user_id, amount, identity, hash, nr)
    ), locked AS MATERIALIZED (
      SELECT id FROM users WHERE id = ANY (${hidden(userIds)}::int[]) ORDER BY id FOR NO KEY UPDATE
    ), known AS MATERIALIZED (${keyedCharges(identities)}), fresh AS MATERIALIZED (
      SELECT asked.*, (sum(amount) OVER (PARTITION BY user_id ORDER BY nr))::bigint AS so_far
      FROM asked JOIN locked ON locked.id = user_id
      WHERE NOT EXISTS (SELECT FROM known WHERE known.identity = asked.identity)
    ), charged AS (
      UPDATE users u SET balance = u.balance + added
      FROM (SELECT user_id, max(so_far) AS added FROM fresh GROUP BY user_id) sums
      WHERE u.id = user_id AND u.balance + added <= ${MAX_BALANCE}::bigint
      RETURNING u.id, u.balance - added AS before
    ), booked AS (
      INSERT INTO ledger_entries (user_id, kind, amount, balance_after, request_identity, request_hash)
      SELECT user_id, 'charge', amount, before + so_far, identity, hash FROM fresh JOIN charged ON charged.id = user_id
      ORDER BY nr
      RETURNING id
    ), queued AS (${chargesToOutbox(sql`booked`)})
    SELECT asked.nr::int, locked.id IS NOT NULL AS exists, (before + so_far)::float8 AS balance, to_json(known) AS first
    FROM asked LEFT JOIN locked ON locked.id = asked.user_id LEFT JOIN fresh USING (nr)
      LEFT JOIN charged ON charged.id = fresh.user_id LEFT JOIN known ON known.identity = asked.identity`
  const charged = new Map(rows.map((row) => [row.nr, row]))
  return new Map(charges.map((charge, at) => [charge, chargeAnswer(charge, charged.get(at + 1))]))
}

const keyedCharges = (identities: string) => sql`
  SELECT request_identity AS identity, request_hash AS hash, user_id AS "userId", balance_after AS balance
  FROM ledger_entries WHERE request_identity = ANY (${hidden(identities)}::uuid[])`

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

async function findRepeats(db: Statements, requests: readonly KeyedRequest[]) {
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
