import { databaseMs } from "../infra/clock.ts"
import { hidden, oneRow, pgArray, uuidArray } from "../infra/db.ts"
import type { Statements } from "../infra/db.ts"
import type { Rows } from "./decide.ts"
import type { OrderJob } from "./job.ts"
import { keyedOrders, known } from "./keyed-orders.ts"
import type { KeyedOrder, KnownOrders } from "./keyed-orders.ts"
import { productColumns, readPurchases } from "./product-rows.ts"
import type { ProductRow } from "./product-rows.ts"

type UserRow = { id: number; balance: number }
type CouponRow = {
  id: number
  userId: number
  amount: number
  rateBp: number
  used: boolean
  expired: boolean
}
// Money fits a double exactly (at most 10^12), which is what JSON makes of it.
type Locked = {
  users: UserRow[]
  coupons: CouponRow[]
  products: ProductRow[]
  keyed: KeyedOrder[]
  at: number
  orderIds: number[]
}

/**
 * What a batch of orders may change, locked; the orders that its keys placed before; and an id for each order. Ids of
 * orders that are refused leave gaps.
 */
export type LockedRows = { rows: Rows; known: KnownOrders; orderIds: number[] }

/**
 * Locks what a batch of orders may change and reads it: users, coupons, products, each by ascending id. Everybody
 * who locks in that order waits instead of deadlocking, and the hot rows, products, are held the shortest. One round
 * trip, and another only where a product has a limit: each part counts the one before it, so that it cannot begin to
 * lock, or to read the clock, before that one has ended.
 */
export async function lockRows(tx: Statements, jobs: readonly OrderJob[]): Promise<LockedRows> {
  const commands = jobs.map(({ command }) => command)
  const identities = uuidArray(jobs.flatMap(({ request }) => request?.identity ?? []))
  const userIds = pgArray(new Set(commands.map(({ userId }) => userId)))
  const couponIds = pgArray(new Set(commands.flatMap(({ couponId }) => couponId ?? [])))
  const productIds = pgArray(
    new Set(commands.flatMap(({ lines }) => lines.map(({ productId }) => productId))),
  )
  const { users, coupons, keyed, at, orderIds, ...locked } = await oneRow<Locked>(tx)`
    WITH u AS MATERIALIZED (
      SELECT id, balance FROM users WHERE id = ANY (${hidden(userIds)}::int[]) ORDER BY id FOR NO KEY UPDATE
    ), c AS MATERIALIZED (
      SELECT id, user_id AS "userId", discount_amount AS amount, discount_rate_bp AS "rateBp",
             used_at IS NOT NULL AS used, expires_at <= now() AS expired
      FROM coupons WHERE id = ANY (${hidden(couponIds)}::int[]) AND (SELECT count(*) FROM u) >= 0
      ORDER BY id FOR NO KEY UPDATE
    ), p AS MATERIALIZED (
      SELECT ${productColumns} FROM products
      WHERE id = ANY (${hidden(productIds)}::int[]) AND (SELECT count(*) FROM c) >= 0 ORDER BY id FOR NO KEY UPDATE
    ), k AS (${keyedOrders(identities)})
    SELECT (SELECT coalesce(json_agg(u), '[]') FROM u) AS users,
           (SELECT coalesce(json_agg(c), '[]') FROM c) AS coupons,
           (SELECT coalesce(json_agg(p), '[]') FROM p) AS products,
           (SELECT coalesce(json_agg(k), '[]') FROM k) AS keyed,
           (SELECT ${databaseMs} FROM (SELECT count(*) FROM p) AS locked) AS at,
           (SELECT json_agg(nextval('orders_id_seq')) FROM generate_series(1, ${commands.length}::int)) AS "orderIds"`
  const products = new Map(locked.products.map((row) => [row.id, row]))
  return {
    rows: {
      users: new Map(users.map((row) => [row.id, row])),
      coupons: new Map(
        coupons.map(({ id, amount, rateBp, ...row }) => [id, { ...row, discount: { amount, rateBp } }]),
      ),
      products,
      purchases: await readPurchases(tx, commands, products),
      at,
    },
    known: known(keyed),
    orderIds,
  }
}
