import type { Db, Tx } from "../infra/db.ts"
import type { Logger } from "../infra/logger.ts"
import type { Part } from "./part.ts"
import { countViolations, inSnapshot, rowChecks } from "./count.ts"
import { partAfter, readSegments, sealPart } from "./seals.ts"

/** At most so much is open while a worker runs, and one piece is at most so much. */
const ORDERS = 100_000
const ENTRIES = 300_000

/** Ids that had been given out at one instant, and the transactions that were open then and may yet write them. */
type Mark = { orders: number; entries: number; open: string[] }

type SealerDeps = { db: Db; logger: Logger; orders?: number; entries?: number }

/**
 * Seals what is checked, so that an audit need not count it again. Only what cannot change any more is sealed: ids are
 * given out before their transactions commit, so everybody who may have one has to be gone.
 */
export function createSealer({ db, logger, orders = ORDERS, entries = ENTRIES }: SealerDeps) {
  let mark: Mark | undefined

  /** The next piece up to the mark; undefined when what is left is too little. */
  function pieceOf(open: Part, settled: Mark): Part | undefined {
    const enough =
      settled.orders - open.orders.after >= orders || settled.entries - open.entries.after >= entries
    if (!enough) return undefined
    return {
      orders: { ...open.orders, through: Math.min(settled.orders, open.orders.after + orders) },
      entries: { ...open.entries, through: Math.min(settled.entries, open.entries.after + entries) },
    }
  }

  async function sealNext(tx: Tx, settled: Mark): Promise<boolean> {
    const segments = await readSegments(tx)
    const piece = pieceOf(partAfter(segments.at(-1)), settled)
    if (!piece) return false
    const broken = await findBroken(tx, piece)
    if (broken.length > 0) {
      logger.error({ checks: broken, piece }, "a segment was not sealed, because it violates invariants")
      return false
    }
    await sealPart(tx, piece, segments.length + 1)
    return true
  }

  /** False while somebody may yet write what would be sealed: call again. */
  return async function seal(): Promise<boolean> {
    mark ??= await takeMark(db)
    if (await stillOpen(db, mark)) return false
    const settled = mark
    mark = undefined
    while (await inSnapshot(db, (tx) => sealNext(tx, settled)));
    return true
  }
}

async function findBroken(tx: Tx, piece: Part): Promise<string[]> {
  const broken: string[] = []
  for (const check of rowChecks()) {
    if ((await countViolations(tx, check, piece)) !== 0) broken.push(check.id)
  }
  return broken
}

/** The ids first, and then who is there: whoever took one of them before is still there, or done. */
async function takeMark(db: Db): Promise<Mark> {
  const [ids] = await db.$queryRaw<{ orders: number; entries: number }[]>`
    SELECT CASE WHEN o.is_called THEN o.last_value ELSE 0 END::float8 AS orders,
           CASE WHEN e.is_called THEN e.last_value ELSE 0 END::float8 AS entries
    FROM orders_id_seq o, ledger_entries_id_seq e`
  if (!ids) throw new Error("A sequence has one row")
  const rows = await db.$queryRaw<{ xid: string }[]>`
    SELECT DISTINCT virtualtransaction AS xid FROM pg_locks JOIN pg_stat_activity USING (pid)
    WHERE locktype = 'virtualxid' AND datname = current_database() AND pid <> pg_backend_pid()`
  return { ...ids, open: rows.map(({ xid }) => xid) }
}

async function stillOpen(db: Db, { open }: Mark): Promise<boolean> {
  const [row] = await db.$queryRaw<{ some: boolean }[]>`
    SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'virtualxid' AND virtualtransaction = ANY (${open}::text[])) AS some`
  if (!row) throw new Error("A SELECT without FROM answered no row")
  return row.some
}
