import assert from "node:assert/strict"

import type { Client } from "pg"

import {
  addCharges,
  addCoupons,
  addLines,
  addOrders,
  addPayments,
  addPolicies,
  addProducts,
  addUsers,
  ORDERS_PER_BUYER,
  settle,
} from "./history-statements.ts"
import type { Base, Plan, Statement } from "./history-statements.ts"

export const PRODUCTS = 10_000
/** Each holds one coupon of one of the policies. */
export const COUPON_HOLDERS = 500_000
const POLICIES = 5
/** Orders that one statement writes. */
const PIECE = 200_000
const DAY_MS = 86_400_000

type HistoryOptions = {
  database: Client
  orders: number
  onProgress: (done: number) => void
  signal: AbortSignal
}

/**
 * Writes a history as the shop itself would have left it: the catalogue, coupon holders, and so many orders of the last
 * three UTC days with their lines, ledger and sums. The audit finds nothing wrong with it.
 */
export async function makeHistory(options: HistoryOptions): Promise<void> {
  const { database, orders } = options
  // What is lost in a crash is made again.
  await database.query("SET synchronous_commit = off")
  await database.query("SET work_mem = '256MB'")
  const base = await addShop(database)
  if (orders > 0) await addOrdersOf(planOf(base, orders), options)
  await database.query("VACUUM (ANALYZE)")
  await database.query("RESET ALL")
}

async function addShop(database: Client): Promise<Base> {
  const seeded = await numberOf(database, "SELECT count(*) AS n FROM products")
  await run(database, addProducts(seeded + 1, PRODUCTS))
  await run(database, addUsers(COUPON_HOLDERS))
  await run(database, addPolicies(POLICIES, COUPON_HOLDERS / POLICIES))
  const lastPolicy = await numberOf(database, "SELECT max(id) AS n FROM coupon_policies")
  const base = {
    firstUser: await numberOf(database, "SELECT min(id) AS n FROM users WHERE name = 'h1'"),
    users: COUPON_HOLDERS,
    firstPolicy: lastPolicy - POLICIES + 1,
    policies: POLICIES,
    firstCoupon: 0,
    products: await numberOf(database, "SELECT max(id) AS n FROM products"),
    ordersBefore: await numberOf(database, "SELECT coalesce(max(id), 0) AS n FROM orders"),
    entriesBefore: await numberOf(database, "SELECT coalesce(max(id), 0) AS n FROM ledger_entries"),
  }
  assert.equal(base.products, PRODUCTS, "products count from 1")
  await run(database, addCoupons(base))
  return { ...base, firstCoupon: await numberOf(database, "SELECT min(id) AS n FROM coupons") }
}

function planOf(base: Base, orders: number): Plan {
  const to = Date.now()
  const from = to - (to % DAY_MS) - 2 * DAY_MS
  const buyers = Math.min(base.users, Math.max(1, Math.floor(orders / ORDERS_PER_BUYER)))
  return { ...base, orders, buyers, from, to }
}

async function addOrdersOf(plan: Plan, { database, onProgress, signal }: HistoryOptions): Promise<void> {
  const indexes = await dropIndexes(database)
  await run(database, addCharges(plan))
  for (let first = 1; first <= plan.orders; first += PIECE) {
    signal.throwIfAborted()
    const piece = { first, last: Math.min(plan.orders, first + PIECE - 1) }
    for (const add of [addOrders, addLines, addPayments]) await run(database, add(plan, piece))
    onProgress(piece.last)
  }
  await database.query("SET maintenance_work_mem = '1GB'")
  for (const index of indexes) await database.query(index)
  await database.query("VACUUM (ANALYZE) orders, order_lines, ledger_entries")
  await database.query("BEGIN")
  for (const statement of settle(plan)) await run(database, statement)
  await database.query("COMMIT")
}

/** Indexes are faster made at once than row by row. Answers the statements that make them again. */
async function dropIndexes(database: Client): Promise<string[]> {
  const { rows } = await database.query<{ name: string; definition: string }>(
    `SELECT indexrelid::regclass::text AS name, pg_get_indexdef(indexrelid) AS definition FROM pg_index
     WHERE indrelid IN ('orders'::regclass, 'order_lines'::regclass, 'ledger_entries'::regclass)
       AND NOT indisprimary AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)`,
  )
  for (const { name } of rows) await database.query(`DROP INDEX ${name}`)
  return rows.map(({ definition }) => definition)
}

const run = (database: Client, { text, values }: Statement) => database.query(text, values)

async function numberOf(database: Client, text: string): Promise<number> {
  const { rows } = await database.query<{ n: string }>(text)
  assert(rows[0], "an aggregate answers one row")
  return Number(rows[0].n)
}
