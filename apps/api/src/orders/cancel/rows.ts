import type { KeyedRequest } from "../../idempotency/request.ts"
import { databaseMs } from "../../infra/clock.ts"
import { hidden, oneRow, pgArray, uuidArray } from "../../infra/db.ts"
import type { Statements } from "../../infra/db.ts"
import type { CancelLine, CancelRows, OrderState } from "./decide.ts"
import type { CancelJob } from "./job.ts"

/** The unique index of the keys; its violation says that another process was faster with the same key. */
export const CANCELLATION_KEY_TAKEN = "cancellations_request_identity_key"

/** A cancellation that a key made; the hash is its request's. */
type KeyedCancellation = KeyedRequest & { orderId: number; refunded: number }
type Locked = {
  users: { id: number; balance: number }[]
  orders: Omit<OrderState, "lines">[]
  lines: (CancelLine & { orderId: number })[]
  keyed: KeyedCancellation[]
  at: number
}

export type LockedCancels = { rows: CancelRows; known: ReadonlyMap<string, KeyedCancellation> }

/**
 * Locks what a batch of cancellations may change and reads it, in the same order as orders are placed: users, coupons,
 * products, each by ascending id, and the orders themselves at last. Which rows those are never changes.
 */
export async function lockCancelRows(tx: Statements, jobs: readonly CancelJob[]): Promise<LockedCancels> {
  const ids = pgArray(new Set(jobs.map(({ command }) => command.orderId)))
  const identities = uuidArray(jobs.flatMap(({ request }) => request?.identity ?? []))
  const { users, orders, lines, keyed, at } = await oneRow<Locked>(tx)`
    WITH u AS MATERIALIZED (
      SELECT id, balance FROM users
      WHERE id IN (SELECT user_id FROM orders WHERE id = ANY (${hidden(ids)}::bigint[])) ORDER BY id FOR NO KEY UPDATE
    ), c AS MATERIALIZED (
      SELECT id FROM coupons
      WHERE id IN (SELECT coupon_id FROM orders WHERE id = ANY (${hidden(ids)}::bigint[])) AND (SELECT count(*) FROM u) >= 0
      ORDER BY id FOR NO KEY UPDATE
    ), p AS MATERIALIZED (
      SELECT id FROM products
      WHERE id IN (SELECT product_id FROM order_lines WHERE order_id = ANY (${hidden(ids)}::bigint[]))
        AND (SELECT count(*) FROM c) >= 0 ORDER BY id FOR NO KEY UPDATE
    ), o AS MATERIALIZED (
      SELECT id, user_id AS "userId", coupon_id AS "couponId", total, extract(epoch FROM created_at) * 1000 AS "createdAt",
             cancelled_at IS NOT NULL AS cancelled
      FROM orders WHERE id = ANY (${hidden(ids)}::bigint[]) AND (SELECT count(*) FROM p) >= 0 ORDER BY id FOR NO KEY UPDATE
    ), l AS (
      SELECT order_id AS "orderId", product_id AS "productId", quantity, limit_period AS "limitPeriod"
      FROM order_lines WHERE order_id = ANY (${hidden(ids)}::bigint[])
    ), k AS (
      SELECT request_identity AS identity, request_hash AS hash, order_id AS "orderId", refunded
      FROM cancellations WHERE request_identity = ANY (${hidden(identities)}::uuid[])
    )
    SELECT (SELECT coalesce(json_agg(u), '[]') FROM u) AS users, (SELECT coalesce(json_agg(o), '[]') FROM o) AS orders,
           (SELECT coalesce(json_agg(l), '[]') FROM l) AS lines, (SELECT coalesce(json_agg(k), '[]') FROM k) AS keyed,
           (SELECT ${databaseMs} FROM (SELECT count(*) FROM o) AS locked) AS at`
  const linesOf = Map.groupBy(lines, ({ orderId }) => orderId)
  return {
    rows: {
      orders: new Map(orders.map((order) => [order.id, { ...order, lines: linesOf.get(order.id) ?? [] }])),
      balances: new Map(users.map(({ id, balance }) => [id, balance])),
      at,
    },
    known: new Map(keyed.map((own) => [own.identity, own])),
  }
}
