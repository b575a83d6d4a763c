import type { Client } from "pg"

import type { Violation } from "./violation.ts"

/** What one table holds; its indexes count for its bytes. */
export type TableSize = { rows: number; bytes: number }
export type TableSizes = ReadonlyMap<string, TableSize>

/** How the rows of a table may change while the shop is used. */
const MEANT = ["grows", "bounded", "empty", "same"] as const
export type Meant = (typeof MEANT)[number]

/** One table before and after a run. */
export type Growth = { table: string; meant: Meant; before: TableSize; after: TableSize; isRight: boolean }

/** Every other table keeps its rows. */
const MEANT_OF: Readonly<Record<string, Meant>> = {
  // One row or more for what somebody did, kept for good.
  orders: "grows",
  order_lines: "grows",
  ledger_entries: "grows",
  cancellations: "grows",
  coupons: "grows",
  // Restocks, and the answers to their keys.
  journal_entries: "grows",
  kept_answers: "grows",
  // At most one row for each user, policy, product and day, kind of event, or 100,000 orders.
  audit_segments: "bounded",
  audit_balances: "bounded",
  audit_coupons: "bounded",
  audit_sales: "bounded",
  audit_purchases: "bounded",
  product_sales: "bounded",
  purchase_counts: "bounded",
  event_totals: "bounded",
  // What waits for the worker.
  coupon_claims: "empty",
  outbox_events: "empty",
  webhook_deliveries: "empty",
}

const FEW_ROWS = 10_000
const MEGABYTE = 1_000_000
/** Versions of rows that were written often, until VACUUM lets them be used again. */
const SLACK_BYTES = 32 * MEGABYTE
/** New index entries are as dense as random ones are, those of a history denser. */
const BYTES_PER_ROW = 2

/** Counts and measures every table, after VACUUM so that what is dead does not count as growth next time. */
export async function readTableSizes(db: Client): Promise<TableSizes> {
  await db.query("VACUUM")
  const { rows: tables } = await db.query<{ name: string; bytes: string }>(
    `SELECT relname AS name, pg_total_relation_size(oid) AS bytes FROM pg_class
     WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY relname`,
  )
  const sizes = new Map<string, TableSize>()
  for (const { name, bytes } of tables) {
    const { rows } = await db.query<{ n: string }>(`SELECT count(*) AS n FROM "${name}"`)
    sizes.set(name, { rows: Number(rows[0]?.n), bytes: Number(bytes) })
  }
  return sizes
}

/** What became of each table, those that take most room first. */
export function growthOf(before: TableSizes, after: TableSizes): Growth[] {
  return [...after]
    .map(([table, size]) => growth(table, before.get(table) ?? { rows: 0, bytes: 0 }, size))
    .toSorted((a, b) => b.after.bytes - a.after.bytes)
}

function growth(table: string, before: TableSize, after: TableSize): Growth {
  const meant = MEANT_OF[table] ?? "same"
  return {
    table,
    meant,
    before,
    after,
    isRight: hasRows[meant](before, after) && hasRoom(meant, before, after),
  }
}

const hasRows: Readonly<Record<Meant, (before: TableSize, after: TableSize) => boolean>> = {
  grows: (before, after) => after.rows >= before.rows,
  bounded: (before, after) => after.rows <= 2 * before.rows + FEW_ROWS,
  empty: (_before, after) => after.rows === 0,
  same: (before, after) => after.rows === before.rows,
}

/** Whether a table takes no more room than its rows explain. */
function hasRoom(meant: Meant, before: TableSize, after: TableSize): boolean {
  const rows = meant === "grows" ? after.rows / Math.max(1, before.rows) : 1
  return after.bytes <= BYTES_PER_ROW * rows * before.bytes + SLACK_BYTES
}

export const checkGrowth = (tables: readonly Growth[]): Violation[] =>
  tables
    .filter(({ isRight }) => !isRight)
    .map(({ table, before, after }) => ({
      check: "growth",
      detail: `${table} went from ${describe(before)} to ${describe(after)}`,
    }))

const describe = ({ rows, bytes }: TableSize): string =>
  `${rows.toLocaleString("en")} rows in ${(bytes / MEGABYTE).toFixed(1)} MB`
