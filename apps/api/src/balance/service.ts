import type { z } from "zod"
import type { LedgerEntry as LedgerRow } from "../generated/prisma/client.ts"
import type { Db } from "../infra/db.ts"
import { createCharge, noSuchUser } from "./charge.ts"
import type { ChargeDeps } from "./charge.ts"
import type { Balance as BalanceShape, LedgerEntry, LedgerPage, LedgerPageQuery } from "./schema.ts"

/** The prepaid balance of a user, and the ledger of all that changed it. */
export function createBalance({ readDb, ...chargeDeps }: ChargeDeps & { readDb: Db }) {
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

  return { charge: createCharge(chargeDeps), find, history }
}

export type Balance = ReturnType<typeof createBalance>

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
