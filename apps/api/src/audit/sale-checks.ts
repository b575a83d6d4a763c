import { sql } from "../infra/db.ts"
import { within } from "./part.ts"
import type { Check } from "./part.ts"
import { limitedIn } from "./units.ts"

/** Invariants of cancellations and of limits per user. */
export const SALE_CHECKS: Check[] = [
  {
    id: "refunds-equal-payments",
    title: "Every cancelled order was refunded exactly once, with what was paid",
    meaning: "Cancellations and refunds that are missing, of another amount, of another user, or twice",
    query: ({ cancellations, entries }) => sql`
      SELECT (SELECT count(*) FROM cancellations c LEFT JOIN orders o ON o.id = c.order_id LEFT JOIN LATERAL (
                SELECT count(*) AS refunds, min(user_id) AS user_id, sum(amount) AS amount
                FROM ledger_entries WHERE kind = 'refund' AND order_id = c.order_id
              ) refund ON true
              WHERE ${within(sql`c.id`, cancellations)} AND (
                o.id IS NULL OR o.cancelled_at IS NULL OR o.user_id <> c.user_id OR o.total <> c.refunded
                OR refunds <> (o.total > 0)::int OR (o.total > 0 AND (refund.user_id <> o.user_id OR amount <> o.total))))
           + (SELECT count(*) FROM ledger_entries e LEFT JOIN cancellations c ON c.order_id = e.order_id
              WHERE e.kind = 'refund' AND ${within(sql`e.id`, entries)} AND (
                c.id IS NULL OR (c.id <= ${cancellations.after}::bigint AND (c.refunded <> e.amount OR EXISTS (
                  SELECT FROM ledger_entries twin
                  WHERE twin.kind = 'refund' AND twin.order_id = e.order_id AND twin.id <> e.id))))) AS violations`,
  },
  {
    id: "cancellations-marked",
    title: "As many orders are marked cancelled as there are cancellations",
    meaning: "Orders that were marked without a refund, or refunded without being marked",
    query: ({ cancellations }) => sql`
      SELECT abs((SELECT count(*) FROM orders WHERE cancelled_at IS NOT NULL)
               - (SELECT coalesce(sum(cancellations), 0) FROM audit_segments)
               - (SELECT count(*) FROM cancellations WHERE ${within(sql`id`, cancellations)})) AS violations`,
  },
  {
    id: "limits-kept",
    title: "No user has more units of a product than its limit allowed, and each is counted",
    meaning: "Users above a limit, and units, over all users and products, that are counted wrong",
    query: (open) => sql`
      SELECT (SELECT count(*) FROM purchase_counts WHERE units > max_units)
           + (SELECT coalesce(sum(abs(coalesce(counted.units, 0) - coalesce(bought.units, 0))), 0)
              FROM purchase_counts counted FULL JOIN (
                SELECT user_id, product_id, limit_period, sum(units) AS units
                FROM (SELECT user_id, product_id, limit_period, units FROM audit_purchases
                      UNION ALL ${limitedIn(open)}) bought
                GROUP BY user_id, product_id, limit_period
              ) bought USING (user_id, product_id, limit_period)) AS violations`,
  },
  {
    id: "limits-applied",
    title: "Every unit that was bought while its product had a limit counts for it",
    meaning: "Lines of an order that no limit counted",
    query: ({ orders }) => sql`
      SELECT count(*) AS violations FROM order_lines l JOIN products p ON p.id = l.product_id
      WHERE ${within(sql`l.order_id`, orders)} AND p.max_per_user IS NOT NULL AND l.order_id > p.limit_after_order
        AND l.limit_period IS DISTINCT FROM p.limit_period`,
  },
]

/** Those that look at single rows. */
export const SALE_ROW_CHECKS = ["refunds-equal-payments", "limits-applied"] as const
