import { sql } from "../infra/db.ts"
import type { Sql } from "../infra/db.ts"

/** An invariant of the shop. Its query answers one row with `violations`, which is 0 while the invariant holds. */
export type Check = { id: string; title: string; meaning: string; query: Sql }

/** By policy: what became a coupon, and what was accepted and waits to. */
const COUPONS_PROMISED = sql`
  SELECT policy_id, count(*) AS held
  FROM (SELECT policy_id FROM coupons UNION ALL SELECT policy_id FROM coupon_claims) promised GROUP BY policy_id`

/** Invariants that the database alone can show. All are counted in one snapshot, so they hold during load, too. */
export const CHECKS: Check[] = [
  {
    id: "money-conserved",
    title: "All money charged is either on a balance or was paid for an order",
    meaning: "Won that appeared from nowhere or went nowhere",
    query: sql`
      SELECT abs((SELECT coalesce(sum(amount), 0) FROM ledger_entries WHERE kind = 'charge')
               - (SELECT coalesce(sum(total), 0) FROM orders)
               - (SELECT coalesce(sum(balance), 0) FROM users)) AS violations`,
  },
  {
    id: "balance-not-negative",
    title: "No balance is below zero or above its limit",
    meaning: "Users who spent what they did not have, or hold more than a balance may",
    query: sql`SELECT count(*) AS violations FROM users WHERE balance NOT BETWEEN 0 AND 1000000000000`,
  },
  {
    id: "balance-equals-ledger",
    title: "Every balance is the sum of its ledger",
    meaning: "Users whose balance changed without a ledger row, or the other way round",
    query: sql`
      SELECT count(*) AS violations
      FROM users FULL JOIN (SELECT user_id, sum(amount) AS booked FROM ledger_entries GROUP BY user_id) ledger
        ON ledger.user_id = users.id
      WHERE coalesce(balance, 0) <> coalesce(booked, 0)`,
  },
  {
    id: "ledger-unbroken",
    title: "Every ledger row continues from the balance that the one before it left",
    meaning: "Ledger rows that were written against a stale balance",
    query: sql`
      SELECT count(*) AS violations
      FROM (SELECT balance_after - amount AS balance_before,
                   lag(balance_after, 1, 0::bigint) OVER (PARTITION BY user_id ORDER BY id) AS left_before
            FROM ledger_entries) steps
      WHERE balance_before <> left_before`,
  },
  {
    id: "stock-conserved",
    title: "What left the shelf was sold",
    meaning: "Units, over all products, that were taken without an order or sold without being taken",
    query: sql`
      SELECT coalesce(sum(abs(coalesce(stocked - stock, 0) - coalesce(sold, 0))), 0) AS violations
      FROM products FULL JOIN (SELECT product_id, sum(quantity) AS sold FROM order_lines GROUP BY product_id) lines
        ON lines.product_id = products.id`,
  },
  {
    id: "stock-not-negative",
    title: "No stock is below zero",
    meaning: "Products sold more often than there were",
    query: sql`SELECT count(*) AS violations FROM products WHERE stock < 0 OR stock > stocked`,
  },
  {
    id: "coupons-within-total",
    title: "No policy has promised more coupons than its total",
    meaning: "Coupons given away or promised beyond the total",
    query: sql`
      SELECT coalesce(sum(greatest(held - total, 0)), 0) AS violations
      FROM coupon_policies p JOIN (${COUPONS_PROMISED}) c ON c.policy_id = p.id`,
  },
  {
    id: "claims-counted",
    title: "Every accepted claim is a coupon or waits to become one",
    meaning: "Promises, over all policies, that were made and lost, or coupons that nobody was promised",
    query: sql`
      SELECT coalesce(sum(abs(coalesce(claimed, 0) - coalesce(held, 0))), 0) AS violations
      FROM coupon_policies p FULL JOIN (${COUPONS_PROMISED}) c ON c.policy_id = p.id`,
  },
  {
    id: "claims-once",
    title: "No claim that became a coupon still waits",
    meaning: "Claims that would be granted a second time",
    query: sql`SELECT count(*) AS violations FROM coupon_claims JOIN coupons USING (claim_id)`,
  },
  {
    id: "claims-kept",
    title: "Every accepted claim becomes a coupon within a minute",
    meaning: "Promises that nobody is keeping",
    query: sql`
      SELECT count(*) AS violations FROM coupon_claims WHERE claimed_at < clock_timestamp() - interval '1 minute'`,
  },
  {
    id: "coupons-within-user-limit",
    title: "No user has more coupons of a policy than it allows, and they are numbered without gaps",
    meaning: "Users who were granted a coupon too many, or the same one twice",
    query: sql`
      SELECT count(*) AS violations
      FROM (SELECT policy_id, count(*) AS held, max(user_ordinal) AS last
            FROM (SELECT policy_id, user_id, user_ordinal FROM coupons
                  UNION ALL SELECT policy_id, user_id, user_ordinal FROM coupon_claims) promised
            GROUP BY policy_id, user_id) holdings
      LEFT JOIN coupon_policies p ON p.id = holdings.policy_id
      WHERE held > per_user_limit OR held <> last`,
  },
  {
    id: "coupon-used-once",
    title: "A coupon is marked used exactly when one order of its owner used it",
    meaning: "Coupons used twice, by somebody else, without an order, or not used up by their order",
    query: sql`
      SELECT count(*) AS violations
      FROM (SELECT id, user_id FROM coupons WHERE used_at IS NOT NULL) used
      FULL JOIN (SELECT coupon_id, min(user_id) AS user_id, count(*) AS orders
                 FROM orders WHERE coupon_id IS NOT NULL GROUP BY coupon_id) ordered
        ON ordered.coupon_id = used.id
      WHERE used.id IS NULL OR orders IS DISTINCT FROM 1 OR used.user_id <> ordered.user_id`,
  },
  {
    id: "order-priced",
    title: "Every order was paid at the sum of its lines less the discount of its coupon",
    meaning: "Orders that cost too much or too little",
    query: sql`
      SELECT count(*) AS violations
      FROM orders o
      JOIN (SELECT order_id, sum(quantity * unit_price) AS subtotal FROM order_lines GROUP BY order_id) lines
        ON lines.order_id = o.id
      LEFT JOIN coupons c ON c.id = o.coupon_id
      WHERE o.subtotal <> lines.subtotal
         OR o.total <> o.subtotal - o.discount
         OR o.discount <> CASE
              WHEN c.id IS NULL THEN 0
              WHEN c.discount_rate_bp > 0 THEN div(o.subtotal::numeric * c.discount_rate_bp, 10000)
              ELSE least(c.discount_amount, o.subtotal)
            END`,
  },
  {
    id: "order-whole",
    title: "Every order has its lines and was paid exactly once",
    meaning: "Orders without lines, and orders or payments without their counterpart",
    query: sql`
      SELECT (SELECT count(*) FROM orders o
              WHERE NOT EXISTS (SELECT FROM order_lines l WHERE l.order_id = o.id))
           + (SELECT count(*) FROM (SELECT id, user_id, total FROM orders WHERE total > 0) o
              FULL JOIN (SELECT order_id, min(user_id) AS user_id, sum(amount) AS amount, count(*) AS payments
                         FROM ledger_entries WHERE kind = 'order' GROUP BY order_id) paid ON paid.order_id = o.id
              WHERE o.id IS NULL OR payments IS DISTINCT FROM 1
                 OR paid.user_id <> o.user_id OR -paid.amount <> o.total) AS violations`,
  },
  {
    id: "references-exist",
    title: "Nothing refers to a user, product, policy or order that does not exist",
    meaning: "Orders, lines and coupons that hang in the air",
    query: sql`
      SELECT (SELECT count(*) FROM orders o LEFT JOIN users u ON u.id = o.user_id WHERE u.id IS NULL)
           + (SELECT count(*) FROM coupons c LEFT JOIN users u ON u.id = c.user_id WHERE u.id IS NULL)
           + (SELECT count(*) FROM coupon_claims c LEFT JOIN users u ON u.id = c.user_id WHERE u.id IS NULL)
           + (SELECT count(*) FROM order_lines l LEFT JOIN orders o ON o.id = l.order_id WHERE o.id IS NULL)
           AS violations`,
  },
  {
    id: "answers-kept",
    title: "Every order answered under an Idempotency-Key exists as answered, and no two keys share one",
    meaning: "Kept answers that promise an order that is not there, is another one, or was promised twice",
    query: sql`
      WITH answers AS (
        SELECT (body::jsonb ->> 'orderId')::bigint AS order_id, (body::jsonb ->> 'totalAmount')::bigint AS total
        FROM idempotency_keys WHERE operation = 'orders' AND status = 201)
      SELECT (SELECT count(*) FROM answers a LEFT JOIN orders o ON o.id = a.order_id
              WHERE o.total IS DISTINCT FROM a.total)
           + (SELECT count(order_id) - count(DISTINCT order_id) FROM answers) AS violations`,
  },
  {
    id: "sales-equal-orders",
    title: "The sums by product and UTC day, and what still waits for them, are what the orders say",
    meaning: "Units, over all products and days, that were counted twice, not at all or on another day",
    query: sql`
      SELECT coalesce(sum(abs(coalesce(counted, 0) - coalesce(sold, 0))), 0) AS violations
      FROM (
        SELECT day, product_id, sum(quantity) AS counted FROM (
          SELECT day, product_id, quantity FROM product_sales
          UNION ALL
          SELECT (payload ->> 'day')::date, sold.key::int, sold.value::bigint
          FROM outbox_events, jsonb_each_text(payload -> 'sold') sold WHERE topic = 'order.placed'
        ) sums GROUP BY day, product_id
      ) counted FULL JOIN (
        SELECT (created_at AT TIME ZONE 'UTC')::date AS day, product_id, sum(quantity) AS sold
        FROM orders JOIN order_lines ON order_id = orders.id GROUP BY 1, 2
      ) ordered USING (day, product_id)`,
  },
]
