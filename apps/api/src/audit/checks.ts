import { sql } from "../infra/db.ts"
import { ADMINISTRATION_CHECKS } from "./administration-checks.ts"
import { COUPON_CHECKS, COUPON_ROW_CHECKS } from "./coupon-checks.ts"
import { EVENT_CHECKS } from "./event-checks.ts"
import { within } from "./part.ts"
import type { Check } from "./part.ts"
import { SALE_CHECKS, SALE_ROW_CHECKS } from "./sale-checks.ts"
import { soldIn } from "./units.ts"

const ORDER_ID = sql`order_id`
const ID = sql`id`

// Bounds that follow from others are written out: PostgreSQL derives none, and would read a whole table for each part.
// OFFSET 0 keeps PostgreSQL from joining in another way: it may expect few rows where there are many, as after a crash.

/** Invariants that the database alone can show. All are counted in one snapshot, so they hold during load, too. */
export const CHECKS: Check[] = [
  {
    id: "money-conserved",
    title: "All money charged is either on a balance or was paid for an order that is not cancelled",
    meaning: "Won that appeared or vanished without a charge, an order or its cancellation",
    query: ({ orders, entries, cancellations }) => sql`
      SELECT abs((SELECT coalesce(sum(charged - paid + refunded), 0) FROM audit_segments)
               + (SELECT coalesce(sum(refunded), 0) FROM cancellations WHERE ${within(ID, cancellations)})
               + (SELECT coalesce(sum(amount), 0) FROM ledger_entries WHERE kind = 'charge' AND ${within(ID, entries)})
               - (SELECT coalesce(sum(total), 0) FROM orders WHERE ${within(ID, orders)})
               - (SELECT coalesce(sum(balance), 0) FROM users)) AS violations`,
  },
  {
    id: "balance-not-negative",
    title: "No balance is below zero, or above its limit by more than refunds",
    meaning: "Users who spent what they did not have, or were charged more than a balance may hold",
    query: () => sql`
      SELECT count(*) AS violations FROM users u
      WHERE balance < 0 OR (balance > 1000000000000 AND balance - 1000000000000 > (
        SELECT coalesce(sum(amount), 0) FROM ledger_entries e WHERE e.user_id = u.id AND kind = 'refund'))`,
  },
  {
    id: "balance-equals-ledger",
    title: "Every balance is the sum of its ledger",
    meaning: "Users whose balance changed without a ledger row, or the other way round",
    query: ({ entries }) => sql`
      SELECT count(*) AS violations
      FROM users FULL JOIN (
        SELECT user_id, sum(amount) AS booked
        FROM (SELECT user_id, booked AS amount FROM audit_balances
              UNION ALL SELECT user_id, amount FROM ledger_entries WHERE ${within(ID, entries)}) booked
        GROUP BY user_id
      ) ledger ON ledger.user_id = users.id
      WHERE coalesce(balance, 0) <> coalesce(booked, 0)`,
  },
  {
    id: "ledger-unbroken",
    title: "Every ledger row continues from the balance that the one before it left",
    meaning: "Ledger rows that were written against a stale balance",
    query: ({ entries }) => sql`
      SELECT count(*) AS violations
      FROM (SELECT user_id, balance_after - amount AS balance_before,
                   lag(balance_after) OVER (PARTITION BY user_id ORDER BY id) AS left_before
            FROM ledger_entries WHERE ${within(ID, entries)}) steps
      LEFT JOIN audit_balances sealed ON sealed.user_id = steps.user_id
      WHERE balance_before <> coalesce(left_before, sealed.booked, 0)`,
  },
  {
    id: "stock-conserved",
    title: "All stock that was taken was sold and not cancelled",
    meaning:
      "Units, over all products, that were taken without an order, sold without being taken, or not given back",
    query: ({ orders, cancellations }) => sql`
      SELECT coalesce(sum(abs(coalesce(stocked - stock, 0) - coalesce(sold, 0))), 0) AS violations
      FROM products FULL JOIN (
        SELECT product_id, sum(quantity) AS sold
        FROM (SELECT product_id, sold AS quantity FROM audit_sales
              UNION ALL SELECT product_id, quantity FROM order_lines WHERE ${within(ORDER_ID, orders)}
              UNION ALL SELECT product_id, -quantity FROM cancellations c JOIN order_lines USING (order_id)
                        WHERE ${within(sql`c.id`, cancellations)}) sold
        GROUP BY product_id
      ) lines ON lines.product_id = products.id`,
  },
  {
    id: "stock-not-negative",
    title: "No stock is below zero",
    meaning: "Products sold more often than there were",
    query: () => sql`SELECT count(*) AS violations FROM products WHERE stock < 0 OR stock > stocked`,
  },
  ...COUPON_CHECKS,
  {
    id: "order-priced",
    title: "Every order was paid at the sum of its lines less the discount of its coupon",
    meaning: "Orders that cost too much or too little",
    query: ({ orders }) => sql`
      SELECT count(*) AS violations
      FROM orders o
      JOIN (SELECT order_id, sum(quantity * unit_price) AS subtotal FROM order_lines
            WHERE ${within(ORDER_ID, orders)} GROUP BY order_id) lines ON lines.order_id = o.id
      LEFT JOIN LATERAL (SELECT id, discount_rate_bp, discount_amount FROM coupons WHERE id = o.coupon_id OFFSET 0) c ON true
      WHERE ${within(sql`o.id`, orders)} AND (
           o.subtotal <> lines.subtotal
        OR o.total <> o.subtotal - o.discount
        OR o.discount <> CASE
             WHEN c.id IS NULL THEN 0
             WHEN c.discount_rate_bp > 0 THEN div(o.subtotal::numeric * c.discount_rate_bp, 10000)
             ELSE least(c.discount_amount, o.subtotal)
           END)`,
  },
  {
    id: "order-whole",
    title: "Every order has its lines and was paid exactly once",
    meaning: "Orders without lines, and orders or payments without their counterpart",
    query: ({ orders, entries }) => sql`
      WITH o AS MATERIALIZED (SELECT id, user_id, total FROM orders WHERE ${within(ID, orders)}),
           e AS MATERIALIZED (SELECT * FROM ledger_entries WHERE kind = 'order' AND ${within(ID, entries)})
      SELECT (SELECT count(*) FROM o WHERE NOT EXISTS (
                SELECT FROM order_lines l WHERE l.order_id = o.id AND ${within(sql`l.order_id`, orders)}))
           + (SELECT count(*) FROM o LEFT JOIN LATERAL (
                SELECT count(*) AS payments, min(user_id) AS user_id, -sum(amount) AS paid
                FROM ledger_entries WHERE kind = 'order' AND order_id = o.id
              ) payment ON true
              WHERE payments <> (total > 0)::int OR (total > 0 AND (payment.user_id <> o.user_id OR paid <> total)))
           + (SELECT count(*) FROM e LEFT JOIN orders o ON o.id = e.order_id
                AND o.id BETWEEN (SELECT min(order_id) FROM e) AND (SELECT max(order_id) FROM e)
              WHERE (o.id IS NULL OR (o.id <= ${orders.after}::bigint AND (
                  o.user_id <> e.user_id OR o.total <> -e.amount OR EXISTS (
                    SELECT FROM ledger_entries twin
                    WHERE twin.kind = 'order' AND twin.order_id = e.order_id AND twin.id <> e.id))))) AS violations`,
  },
  {
    id: "references-exist",
    title: "Nothing refers to a user, product, policy or order that does not exist",
    meaning: "Orders, lines and coupons whose reference is missing",
    query: ({ orders, coupons }) => sql`
      SELECT (SELECT count(*) FROM orders o LEFT JOIN users u ON u.id = o.user_id
              WHERE u.id IS NULL AND ${within(sql`o.id`, orders)})
           + (SELECT count(*) FROM coupons c LEFT JOIN users u ON u.id = c.user_id
              WHERE u.id IS NULL AND ${within(sql`c.id`, coupons)})
           + (SELECT count(*) FROM coupon_claims c LEFT JOIN users u ON u.id = c.user_id WHERE u.id IS NULL)
           + (SELECT count(*) FROM order_lines l LEFT JOIN orders o ON o.id = l.order_id AND ${within(sql`o.id`, orders)}
              WHERE o.id IS NULL AND ${within(sql`l.order_id`, orders)})
           AS violations`,
  },
  {
    id: "sales-equal-orders",
    title: "The sums by product and UTC day, and what still waits for them, are what the orders say",
    meaning: "Units, over all products and days, that were counted twice, not at all or on another day",
    query: (open) => sql`
      SELECT coalesce(sum(abs(coalesce(counted, 0) - coalesce(sold, 0))), 0) AS violations
      FROM (
        SELECT day, product_id, sum(quantity) AS counted FROM (
          SELECT day, product_id, quantity FROM product_sales
          UNION ALL
          SELECT (payload ->> 'day')::date, sold.key::int, sold.value::bigint
          FROM outbox_events, jsonb_each_text(payload -> 'sold') sold
          WHERE topic IN ('order.placed', 'order.cancelled')
        ) sums GROUP BY day, product_id
      ) counted FULL JOIN (
        SELECT day, product_id, sum(sold) AS sold
        FROM (SELECT day, product_id, sold FROM audit_sales UNION ALL ${soldIn(open)}) sold
        GROUP BY day, product_id
      ) ordered USING (day, product_id)`,
  },
  {
    id: "seals-agree",
    title: "The sums of the sealed segments agree with those by user and by product",
    meaning: "Won and units by which what was sealed contradicts itself",
    query: () => sql`
      SELECT abs(coalesce((SELECT sum(booked) FROM audit_segments), 0) - coalesce((SELECT sum(booked) FROM audit_balances), 0))
           + abs(coalesce((SELECT sum(units - cancelled_units) FROM audit_segments), 0) - coalesce((SELECT sum(sold) FROM audit_sales), 0))
           AS violations`,
  },
  ...SALE_CHECKS,
  ...EVENT_CHECKS,
  ...ADMINISTRATION_CHECKS,
]

/** Those that look at single orders: they must hold in a part before it is sealed, and are repeated by a full audit. */
export const ROW_CHECKS = [
  "order-priced",
  "order-whole",
  "references-exist",
  "ledger-unbroken",
  ...COUPON_ROW_CHECKS,
  ...SALE_ROW_CHECKS,
] as const
