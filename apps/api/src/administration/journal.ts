import assert from "node:assert/strict"
import type { z } from "zod"
import type { JournalEntry as JournalRow } from "../generated/prisma/client.ts"
import type { By } from "../http/define-route.ts"
import { sql } from "../infra/db.ts"
import type { Db, Sql, Tx } from "../infra/db.ts"
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
export async function writeJournal(tx: Tx, { before, after, ...change }: Change): Promise<void> {
  const entry = journalEntry({
    ...change,
    before: json(before),
    after: json(after),
    of: sql`(SELECT) AS change`,
  })
  assert((await tx.$executeRaw(entry)) === 1, "the table shop has one row")
}

const json = (snapshot: Snapshot | null) => sql`${snapshot && JSON.stringify(snapshot)}::jsonb`

/** `of` is a FROM item with one row if the change was made, whose columns `before` and `after` may use. */
type Entry = Omit<Change, "before" | "after"> & Record<"before" | "after" | "of", Sql>

/** A statement that writes the entry of a change, also for a WITH that makes it: no round trip while a row is locked. */
export function journalEntry({ by, action, targetId, quantity, reason, before, after, of }: Entry): Sql {
  const who = by === null ? null : storable(by.subject)
  return sql`
    INSERT INTO journal_entries (epoch, who, action, target_id, before, after, quantity, reason)
    SELECT epoch, ${who}::text, ${action}::text, ${targetId}::int, ${before}, ${after}, ${quantity ?? null}::bigint,
           ${reason ?? null}::text
    FROM shop, ${of}`
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
