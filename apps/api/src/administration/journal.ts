import type { z } from "zod"
import { Prisma } from "../generated/prisma/client.ts"
import type { JournalEntry as JournalRow } from "../generated/prisma/client.ts"
import type { By } from "../http/define-route.ts"
import type { Db, Tx } from "../infra/db.ts"
import { shopEpoch } from "../shop/epoch.ts"
import type { JournalAction, JournalEntry, JournalPage, JournalPageQuery } from "./schema.ts"

type Snapshot = Record<string, string | number | boolean | string[] | null>

export type Change = {
  /** Null in a lab, where there are no tokens, and for what the shop does itself. */
  by: By
  action: JournalAction
  targetId: number
  before: Snapshot | null
  /** Null for what was deleted. */
  after: Snapshot | null
  /** Units of a restock. */
  quantity?: number
  reason?: string | undefined
}

/** Writes down a change in the transaction that made it, which holds what it changed: the epoch is then that one's. */
export async function writeJournal(tx: Tx, { by, before, after, ...change }: Change): Promise<void> {
  await tx.journalEntry.create({
    data: {
      ...change,
      reason: change.reason ?? null,
      epoch: await shopEpoch(tx),
      who: by === null ? null : storable(by.subject),
      before: before ?? Prisma.DbNull,
      after: after ?? Prisma.DbNull,
    },
  })
}

/** A text of PostgreSQL has no NUL and no half of a surrogate pair; a token's subject may have both. */
const storable = (text: string) => text.toWellFormed().replaceAll("\0", "\ufffd")

/** What was changed since the shop was seeded last, newest first. */
export function createJournal({ db }: { db: Db }) {
  return {
    async page({ limit, before }: JournalPageQuery): Promise<z.infer<typeof JournalPage>> {
      const rows = await db.journalEntry.findMany({
        where: { epoch: await shopEpoch(db), ...(before !== undefined && { id: { lt: before } }) },
        orderBy: { id: "desc" },
        take: limit + 1,
      })
      const page = rows.slice(0, limit)
      return { entries: page.map(render), next: rows.length > limit ? Number(page.at(-1)?.id) : null }
    },
  }
}

export type Journal = ReturnType<typeof createJournal>

function render(row: JournalRow): z.infer<typeof JournalEntry> {
  const { id, createdAt, who, action, targetId, before, after, quantity, reason } = row
  return {
    entryId: Number(id),
    createdAt: createdAt.toISOString(),
    who,
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- written by writeJournal alone
    action: action as JournalAction,
    targetId,
    before,
    after,
    ...(quantity !== null && { quantity: Number(quantity) }),
    ...(reason !== null && { reason }),
  }
}
