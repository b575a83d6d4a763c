import type { z } from "zod"
import type { LedgerEntry as LedgerRow } from "../generated/prisma/client.ts"
import { hidden, pgArray } from "../infra/db.ts"
import type { Db, Statements } from "../infra/db.ts"
import { createSharedRead } from "../infra/shared-read.ts"
import { createCharge, noSuchUser } from "./charge.ts"
import type { ChargeDeps } from "./charge.ts"
import { LedgerKind } from "./schema.ts"
import type { Balance as BalanceShape, LedgerEntry, LedgerPage, LedgerPageQuery } from "./schema.ts"

/** The prepaid balance of a user, and the ledger of all that changed it. */
export function createBalance({ readDb, ...chargeDeps }: ChargeDeps & { readDb: Db }) {
  const balanceOf = createSharedRead<{ userId: number }, number | null>({
    read: (asked) => findBalances(readDb.raw, asked),
    missing: null,
    maxQueued: chargeDeps.maxQueued,
  })

  async function find(userId: number): Promise<z.infer<typeof BalanceShape>> {
    const balance = await balanceOf({ userId })
    if (balance === null) throw noSuchUser(userId)
    return { userId, balance }
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

  return { charge: createCharge(chargeDeps), find, history }
}

export type Balance = ReturnType<typeof createBalance>

async function findBalances<Asked extends { userId: number }>(
  db: Statements,
  asked: readonly Asked[],
): Promise<ReadonlyMap<Asked, number>> {
  const rows = await db.$queryRaw<{ nr: number; balance: number }[]>`
    SELECT nr::int, balance::float8 AS balance
    FROM unnest(${hidden(pgArray(asked.map(({ userId }) => userId)))}::int[]) WITH ORDINALITY AS asked (user_id, nr)
    JOIN users ON users.id = asked.user_id`
  return new Map(
    rows.flatMap(({ nr, balance }) => {
      const one = asked[nr - 1]
      return one ? [[one, balance] as const] : []
    }),
  )
}

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
    kind: LedgerKind.parse(kind),
    amount: Number(amount),
    balanceAfter: Number(balanceAfter),
    orderId: orderId === null ? null : Number(orderId),
    createdAt: createdAt.toISOString(),
  }
}
