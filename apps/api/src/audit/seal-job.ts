import { oneRow, sql } from "../infra/db.ts"
import type { Db, Tx } from "../infra/db.ts"
import type { Logger } from "../infra/logger.ts"
import { within } from "./part.ts"
import type { Part } from "./part.ts"
import type { Rest } from "./rest.ts"
import { countViolations, inSnapshot, rowChecks } from "./count.ts"
import { partAfter, readSegments, sealPart } from "./seals.ts"

/** At most so much is open while a worker runs, and one piece is at most so much. */
const ORDERS = 100_000
const ENTRIES = 300_000
const COUPONS = 100_000

const ID = sql`id`

/** Ids that had been given out at one instant, and the transactions that were open then and may yet write them. */
type Mark = Settled & { open: string[] }
type Settled = { orders: number; entries: number; cancellations: number; coupons: number }

type SealerDeps = { db: Db; logger: Logger; orders?: number; entries?: number; coupons?: number }

/** What came of a try: an open transaction may yet write what would be sealed, a piece was sealed, or too little is left. */
export type Sealing = "blocked" | "sealed" | "done"

/**
 * Seals what is checked, so that an audit need not count it again: a piece with each call. Only what cannot change any
 * more is sealed: ids are given out before their transactions commit, so every transaction that may have one has to be over.
 */
export function createSealer({ db, logger, ...sizes }: SealerDeps) {
  const { orders = ORDERS, entries = ENTRIES, coupons = COUPONS } = sizes
  /** What is sealed next may be open still; what is settled is not. */
  let mark: Mark | undefined
  let settled: Mark | undefined

  /** The next piece up to the mark; undefined when what is left is too little. `first` are the ids that it begins with. */
  function pieceOf(open: Part, { first, last }: { first: Settled; last: Settled }): Part | undefined {
    const most = { orders, entries, cancellations: orders, coupons }
    const isEnough = (name: keyof Part) => last[name] - first[name] + 1 >= most[name]
    if (!isEnough("orders") && !isEnough("entries") && !isEnough("coupons")) return undefined
    const piece = (name: keyof Part) => ({
      ...open[name],
      through: Math.min(last[name], first[name] - 1 + most[name]),
    })
    return {
      orders: piece("orders"),
      entries: piece("entries"),
      cancellations: piece("cancellations"),
      coupons: piece("coupons"),
    }
  }

  async function sealNext(tx: Tx, through: Mark): Promise<boolean> {
    const segments = await readSegments(tx)
    const open = partAfter(segments.at(-1))
    const piece = pieceOf(open, { first: await firstIds(tx, open, through), last: through })
    if (!piece) return false
    const broken = await findBroken(tx, piece)
    if (broken.length > 0) {
      logger.error({ checks: broken, piece }, "a segment was not sealed, because it violates invariants")
      return false
    }
    await sealPart(tx, piece, segments.length + 1)
    return true
  }

  async function settle(): Promise<Mark | undefined> {
    mark ??= await takeMark(db)
    if (await stillOpen(db, mark)) return undefined
    settled = mark
    mark = undefined
    return settled
  }

  return async function seal(): Promise<Sealing> {
    const through = settled ?? (await settle())
    if (!through) return "blocked"
    if (await inSnapshot(db, (tx) => sealNext(tx, through))) return "sealed"
    settled = undefined
    return "done"
  }
}

const LOOK_AGAIN_MS = 5_000
const BLOCKED_MS = 1_000

type PaceOptions = { seal: () => Promise<Sealing>; rest: Rest; now?: () => number }

/** A step that seals when it is time; called often, it does nothing most times. */
export function createPacedSealing({ seal, rest, now = () => performance.now() }: PaceOptions) {
  let nextAt = -Infinity
  return async (): Promise<void> => {
    const beganAt = now()
    if (beganAt < nextAt) return
    // Also after an error.
    nextAt = beganAt + LOOK_AGAIN_MS
    const sealing = await seal()
    const endedAt = now()
    if (sealing === "sealed") nextAt = endedAt + (await rest(endedAt - beganAt))
    else nextAt = endedAt + (sealing === "blocked" ? BLOCKED_MS : LOOK_AGAIN_MS)
  }
}

async function findBroken(tx: Tx, piece: Part): Promise<string[]> {
  const broken: string[] = []
  for (const check of rowChecks()) {
    if ((await countViolations(tx, check, piece)) !== 0) broken.push(check.id)
  }
  return broken
}

/** The lowest id of each that is open; the one after the last where there is none. Ids go on when the shop is emptied. */
function firstIds(tx: Tx, open: Part, last: Settled): Promise<Settled> {
  return oneRow<Settled>(tx)`
    SELECT coalesce((SELECT min(id) FROM orders WHERE ${within(ID, open.orders)}), ${last.orders + 1}::bigint)::float8 AS orders,
           coalesce((SELECT min(id) FROM ledger_entries WHERE ${within(ID, open.entries)}),
                    ${last.entries + 1}::bigint)::float8 AS entries,
           coalesce((SELECT min(id) FROM cancellations WHERE ${within(ID, open.cancellations)}),
                    ${last.cancellations + 1}::bigint)::float8 AS cancellations,
           coalesce((SELECT min(id) FROM coupons WHERE ${within(ID, open.coupons)}),
                    ${last.coupons + 1}::bigint)::float8 AS coupons`
}

/** The ids first, then the open transactions: one that took an id before is still open, or has ended. */
async function takeMark(db: Db): Promise<Mark> {
  const ids = await oneRow<Settled>(db)`
    SELECT CASE WHEN o.is_called THEN o.last_value ELSE 0 END::float8 AS orders,
           CASE WHEN e.is_called THEN e.last_value ELSE 0 END::float8 AS entries,
           CASE WHEN c.is_called THEN c.last_value ELSE 0 END::float8 AS cancellations,
           CASE WHEN g.is_called THEN g.last_value ELSE 0 END::float8 AS coupons
    FROM orders_id_seq o, ledger_entries_id_seq e, cancellations_id_seq c, coupons_id_seq g`
  const rows = await db.$queryRaw<{ xid: string }[]>`
    SELECT DISTINCT virtualtransaction AS xid FROM pg_locks JOIN pg_stat_activity USING (pid)
    WHERE locktype = 'virtualxid' AND datname = current_database() AND pid <> pg_backend_pid()`
  return { ...ids, open: rows.map(({ xid }) => xid) }
}

async function stillOpen(db: Db, { open }: Mark): Promise<boolean> {
  const { some } = await oneRow<{ some: boolean }>(db)`
    SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'virtualxid' AND virtualtransaction = ANY (${open}::text[])) AS some`
  return some
}
