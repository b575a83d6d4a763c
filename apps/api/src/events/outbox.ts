import { hidden, pgArray, sql } from "../infra/db.ts"
import type { Sql } from "../infra/db.ts"

/**
 * What is written to the outbox in the transaction of what happened: one row per kind, however many orders, charges or
 * coupons the transaction has. `ids` names their rows, which do not change and so are what an event says; a relay makes
 * the events of them. `sold` is what moves the sums by day and product.
 */
export const ORDER_PLACED = "order.placed"
const ORDER_CANCELLED = "order.cancelled"
const COUPON_GRANTED = "coupon.granted"
const BALANCE_CREDITED = "balance.credited"

export type PlacedEntry = {
  /** UTC day of the orders, as YYYY-MM-DD. */
  day: string
  /** Units by product. */
  sold: Record<string, number>
  /** Of the orders. */
  ids: number[]
  /** Products whose last unit these orders took. */
  soldOut: number[]
}

/** The ids of `rows`, a FROM item with a column `id`; no row without any. */
const idsOf = (topic: string, rows: Sql) => sql`
  INSERT INTO outbox_events (topic, payload)
  SELECT ${topic}, jsonb_build_object('ids', jsonb_agg(id ORDER BY id)) FROM ${rows} HAVING count(*) > 0`

/** A statement for a WITH: `rows` are the ledger entries of charges. */
export const chargesToOutbox = (rows: Sql): Sql => idsOf(BALANCE_CREDITED, rows)

/** A statement for a WITH: `rows` are coupons. */
export const couponsToOutbox = (rows: Sql): Sql => idsOf(COUPON_GRANTED, rows)

/**
 * A statement for a WITH, in the transaction that cancels orders and after their users are locked. One row for the orders
 * of a UTC day: what they sold comes off the sums of their own day.
 */
export function cancellationsToOutbox(orderIds: readonly number[]): Sql {
  const ids = hidden(pgArray(orderIds))
  return sql`
    INSERT INTO outbox_events (topic, payload)
    SELECT ${ORDER_CANCELLED}, jsonb_build_object(
             'day', day, 'sold', jsonb_object_agg(product_id, -quantity),
             'ids', (SELECT jsonb_agg(id ORDER BY id) FROM orders
                     WHERE id = ANY (${ids}::bigint[]) AND (created_at AT TIME ZONE 'UTC')::date = day))
    FROM (SELECT (created_at AT TIME ZONE 'UTC')::date AS day, product_id, sum(quantity) AS quantity
          FROM orders JOIN order_lines ON order_id = orders.id
          WHERE orders.id = ANY (${ids}::bigint[]) GROUP BY 1, 2) lines
    GROUP BY day`
}
