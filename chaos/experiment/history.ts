import { makeHistory } from "@saleproof/bench/grown/history.ts"
import type { Client } from "pg"

import { NO_HISTORY } from "../checks/database-state.ts"
import type { History } from "../checks/database-state.ts"
import { growthOf, readTableSizes } from "../checks/growth.ts"
import type { Growth } from "../checks/growth.ts"
import type { Database } from "../environment/database.ts"
import { eventually } from "./recovery.ts"

const SEALED_WITHIN_MS = 1_800_000
/** What is left is less than a segment. */
const UNSEALED = 100_000

type HistoryOptions = {
  database: Database
  historyOrders?: number | undefined
  onProgress?: (text: string) => void
  signal: AbortSignal
}

/** `measureGrowth` answers what became of each table since; of none where there is no history. */
type Begun = { history: History; measureGrowth: () => Promise<Growth[]> }

/** Writes a history beside what was seeded, as the shop would have left it, and waits until the worker sealed it. */
export async function addHistory(options: HistoryOptions): Promise<Begun> {
  const { database, historyOrders: orders = 0, onProgress = () => undefined, signal } = options
  if (orders === 0) return { history: NO_HISTORY, measureGrowth: async () => [] }
  const { history, before } = await database.use(async (db) => {
    onProgress(`Writing a history of ${orders.toLocaleString("en")} orders`)
    await makeHistory({ database: db, orders, onProgress: () => undefined, signal })
    const last = await lastIds(db)
    onProgress("Waiting until it is sealed")
    const isSealed = async () => last.order - (await sealedOrders(db)) < UNSEALED
    if (!(await eventually(isSealed, { withinMs: SEALED_WITHIN_MS, signal })))
      throw new Error("the worker did not seal the history; its log says why")
    return { history: last, before: await readTableSizes(db) }
  })
  return {
    history,
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

async function sealedOrders(db: Client): Promise<number> {
  const { rows } = await db.query<{ n: number }>(
    "SELECT coalesce(max(through_order), 0)::float8 AS n FROM audit_segments",
  )
  return Number(rows[0]?.n)
}
