import type { z } from "zod"
import { Refusal } from "../errors.ts"
import type { LedgerEntry as LedgerRow } from "../generated/prisma/client.ts"
import { jsonAnswer, refusedAnswer } from "../idempotency/answer.ts"
import type { Answer } from "../idempotency/answer.ts"
import { createOnce } from "../idempotency/once.ts"
import type { KeyedRequest } from "../idempotency/request.ts"
import { findAnswers, keepAnswer } from "../idempotency/store.ts"
import type { Db, Tx } from "../infra/db.ts"
import { withRetry } from "../infra/retry.ts"
import type { RetryObserver } from "../infra/retry.ts"
import type { Balance as BalanceShape, LedgerEntry, LedgerPage, LedgerPageQuery } from "./schema.ts"

const MAX_BALANCE = 1_000_000_000_000

type BalanceDeps = { readDb: Db; writeDb: Db; onRetry?: RetryObserver | undefined }

/** The prepaid balance of a user, and the ledger of all that changed it. */
export function createBalance({ readDb, writeDb, onRetry }: BalanceDeps) {
  const once = createOnce({ db: writeDb })

  /** Adds `amount` won, once however often a keyed request is repeated. */
  function charge(userId: number, amount: number, request: KeyedRequest | null): Promise<Answer> {
    return once(request, () =>
      withRetry(
        () =>
          request === null
            ? addMoney(writeDb, userId, amount)
            : writeDb.$transaction((tx) => addMoneyOnce(tx, request, () => addMoney(tx, userId, amount))),
        { onRetry },
      ),
    )
  }

  async function find(userId: number): Promise<z.infer<typeof BalanceShape>> {
    const user = await readDb.user.findUnique({ where: { id: userId }, select: { balance: true } })
    if (!user) throw noSuchUser(userId)
    return { userId, balance: Number(user.balance) }
  }

  async function history(
    userId: number,
    { limit, before }: LedgerPageQuery,
  ): Promise<z.infer<typeof LedgerPage>> {
    const rows = await readDb.ledgerEntry.findMany({
      where: { userId, ...(before !== undefined && { id: { lt: before } }) },
      orderBy: { id: "desc" },
      take: limit + 1,
    })
    if (rows.length === 0) await find(userId)
    const page = rows.slice(0, limit)
    return { entries: page.map(render), next: rows.length > limit ? Number(page.at(-1)?.id) : null }
  }

  return { charge, find, history }
}

export type Balance = ReturnType<typeof createBalance>

async function addMoneyOnce(tx: Tx, request: KeyedRequest, add: () => Promise<Answer>): Promise<Answer> {
  const repeated = (await findAnswers(tx, [request])).get(request.key)
  if (repeated) return repeated
  const answer = await add()
  await keepAnswer(tx, request, answer)
  return answer
}

/** One statement: the balance moves only if it stays within its limit, and never without its ledger row. */
async function addMoney(db: Db | Tx, userId: number, amount: number): Promise<Answer> {
  const [row] = await db.$queryRaw<{ balance: number }[]>`
    WITH charged AS (
      UPDATE users SET balance = balance + ${amount}::bigint
      WHERE id = ${userId}::int AND balance + ${amount}::bigint <= ${MAX_BALANCE}::bigint RETURNING id, balance
    ), booked AS (
      INSERT INTO ledger_entries (user_id, kind, amount, balance_after)
      SELECT id, 'charge', ${amount}::bigint, balance FROM charged
    )
    SELECT balance::float8 AS balance FROM charged`
  if (row) return jsonAnswer(201, { userId, balance: row.balance })
  const user = await db.user.findUnique({ where: { id: userId }, select: { id: true } })
  return refusedAnswer(
    user ? new Refusal("BALANCE_LIMIT", `A balance is at most ${MAX_BALANCE} won`) : noSuchUser(userId),
  )
}

const noSuchUser = (id: number) => new Refusal("USER_NOT_FOUND", `User ${id} does not exist`)

function render({
  id,
  kind,
  amount,
  balanceAfter,
  orderId,
  createdAt,
}: LedgerRow): z.infer<typeof LedgerEntry> {
  return {
    entryId: Number(id),
    kind: kind === "charge" ? "charge" : "order",
    amount: Number(amount),
    balanceAfter: Number(balanceAfter),
    orderId: orderId === null ? null : Number(orderId),
    createdAt: createdAt.toISOString(),
  }
}
