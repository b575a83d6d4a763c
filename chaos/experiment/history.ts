import { makeHistory } from "@saleproof/bench/grown/history.ts"
import type { Client } from "pg"

import { NO_HISTORY } from "../checks/database-state.ts"
import type { History } from "../checks/database-state.ts"
import { growthOf, readTableSizes } from "../checks/growth.ts"
import type { Growth } from "../checks/growth.ts"
import type { Shop } from "../client/shopper.ts"
import type { Database } from "../environment/database.ts"
import { eventually } from "./recovery.ts"

const SEALED_WITHIN_MS = 1_800_000
/** What is left is less than a segment. */
const UNSEALED = 100_000

type HistoryOptions = {
  database: Database
  shop: Shop
  historyOrders?: number | undefined
  onProgress?: (text: string) => void
  signal: AbortSignal
}

/** `shop` has what the history left of each stock; `measureGrowth` answers what became of each table since, if there is one. */
type Begun = { history: History; shop: Shop; measureGrowth: () => Promise<Growth[]> }

/** Writes a history beside what was seeded, as the shop would have left it, and waits until the worker sealed it. */
export async function addHistory(options: HistoryOptions): Promise<Begun> {
  const { database, shop, historyOrders: orders = 0, onProgress = () => undefined, signal } = options
  if (orders === 0) return { history: NO_HISTORY, shop, measureGrowth: async () => [] }
  const { history, stocks, before } = await database.use(async (db) => {
    onProgress(`Writing a history of ${orders.toLocaleString("en")} orders`)
    await makeHistory({ database: db, orders, onProgress: () => undefined, signal })
    const last = await lastIds(db)
    onProgress("Waiting until it is sealed")
    const isSealed = async () => last.order - (await sealedOrders(db)) < UNSEALED
    if (!(await eventually(isSealed, { withinMs: SEALED_WITHIN_MS, signal })))
      throw new Error("the worker did not seal the history; its log says why")
    return { history: last, stocks: await stocksOf(db, shop), before: await readTableSizes(db) }
  })
  return {
    history,
    shop: { ...shop, stocks },
    measureGrowth: async () => growthOf(before, await database.use(readTableSizes)),
  }
}

async function lastIds(db: Client): Promise<History> {
  const { rows } = await db.query<History>(
    `SELECT (SELECT max(id) FROM orders)::float8 AS "order", (SELECT max(id) FROM ledger_entries)::float8 AS entry,
            (SELECT max(id) FROM coupons)::float8 AS coupon`,
  )
  if (!rows[0]) throw new Error("a SELECT without FROM answers one row")
  return rows[0]
}

async function stocksOf(db: Client, { productIds }: Shop): Promise<Map<number, number>> {
  const { rows } = await db.query<{ id: number; stock: number }>(
    "SELECT id, stock::float8 FROM products WHERE id = ANY ($1)",
    [productIds],
  )
  return new Map(rows.map(({ id, stock }) => [id, stock]))
}

async function sealedOrders(db: Client): Promise<number> {
  const { rows } = await db.query<{ n: number }>(
    "SELECT coalesce(max(through_order), 0)::float8 AS n FROM audit_segments",
  )
  return Number(rows[0]?.n)
}
