import { sql } from "../infra/db.ts"
import type { Sql } from "../infra/db.ts"
import { within } from "./part.ts"
import type { Check, Part } from "./part.ts"

const ID = sql`id`

/** By policy: what became a coupon, and what was accepted and waits to. */
const promised = ({ coupons }: Part): Sql => sql`
  SELECT policy_id, sum(held) AS held
  FROM (SELECT policy_id, held FROM audit_coupons
        UNION ALL SELECT policy_id, 1 FROM coupons WHERE ${within(ID, coupons)}
        UNION ALL SELECT policy_id, 1 FROM coupon_claims) promised GROUP BY policy_id`

/** An order that used the coupon `c` and was not cancelled. */
const USED = sql`EXISTS (SELECT FROM orders used WHERE used.coupon_id = c.id AND used.cancelled_at IS NULL)`

/** Invariants of claims and coupons. */
export const COUPON_CHECKS: Check[] = [
  {
    id: "coupons-within-total",
    title: "No policy has promised more coupons than its total",
    meaning: "Coupons granted or promised beyond the total",
    query: (open) => sql`
      SELECT coalesce(sum(greatest(held - total, 0)), 0) AS violations
      FROM coupon_policies p JOIN (${promised(open)}) c ON c.policy_id = p.id`,
  },
  {
    id: "claims-counted",
    title: "Every accepted claim is a coupon or waits to become one",
    meaning: "Promises, over all policies, that were made and lost, or coupons without a promise",
    query: (open) => sql`
      SELECT coalesce(sum(abs(coalesce(claimed, 0) - coalesce(held, 0))), 0) AS violations
      FROM coupon_policies p FULL JOIN (${promised(open)}) c ON c.policy_id = p.id`,
  },
  {
    id: "claims-once",
    title: "No claim that became a coupon still waits",
    meaning: "Claims that would be granted twice",
    query: () => sql`SELECT count(*) AS violations FROM coupon_claims JOIN coupons USING (claim_id)`,
  },
  {
    id: "claims-kept",
    title: "Every accepted claim becomes a coupon within a minute",
    meaning: "Claims that no worker processes",
    query: () => sql`
      SELECT count(*) AS violations FROM coupon_claims WHERE claimed_at < clock_timestamp() - interval '1 minute'`,
  },
  {
    id: "coupons-within-user-limit",
    title: "No user has more coupons of a policy than it allows, and they are numbered without gaps",
    meaning: "Users who were granted a coupon too many, or the same one twice",
    query: ({ coupons }) => sql`
      SELECT count(*) AS violations
      FROM (SELECT policy_id, user_id FROM coupons WHERE ${within(ID, coupons)}
            UNION SELECT policy_id, user_id FROM coupon_claims) holders
      CROSS JOIN LATERAL (
        SELECT count(*) AS held, max(user_ordinal) AS last
        FROM (SELECT user_ordinal FROM coupons c WHERE (c.policy_id, c.user_id) = (holders.policy_id, holders.user_id)
              UNION ALL
              SELECT user_ordinal FROM coupon_claims c
              WHERE (c.policy_id, c.user_id) = (holders.policy_id, holders.user_id)) promised
      ) holdings
      LEFT JOIN coupon_policies p ON p.id = holders.policy_id
      WHERE held > per_user_limit OR held <> last`,
  },
  {
    id: "coupon-as-promised",
    title: "Every coupon gives the discount of its policy",
    meaning: "Coupons that give another discount than was promised",
    query: ({ coupons }) => sql`
      SELECT count(*) AS violations FROM coupons c JOIN coupon_policies p ON p.id = c.policy_id
      WHERE ${within(sql`c.id`, coupons)}
        AND (c.discount_amount, c.discount_rate_bp) <> (p.discount_amount, p.discount_rate_bp)`,
  },
  {
    id: "coupon-used-once",
    title: "A coupon is marked used exactly when one order of its owner, not cancelled, used it",
    meaning: "Coupons used twice, by another user, without an order, or not used up by their order",
    query: ({ orders, coupons, cancellations }) => sql`
      SELECT (SELECT count(*) FROM orders o LEFT JOIN coupons c ON c.id = o.coupon_id
              WHERE ${within(sql`o.id`, orders)} AND o.coupon_id IS NOT NULL AND o.cancelled_at IS NULL
                AND (c.id IS NULL OR c.used_at IS NULL OR c.user_id <> o.user_id OR EXISTS (
                  SELECT FROM orders twin
                  WHERE twin.coupon_id = o.coupon_id AND twin.cancelled_at IS NULL AND twin.id <> o.id)))
           + (SELECT count(*) FROM coupons c
              WHERE ${within(sql`c.id`, coupons)} AND c.used_at IS NOT NULL AND NOT ${USED})
           + (SELECT count(*) FROM cancellations x JOIN orders o ON o.id = x.order_id JOIN coupons c ON c.id = o.coupon_id
              WHERE ${within(sql`x.id`, cancellations)} AND NOT ${within(sql`c.id`, coupons)}
                AND c.used_at IS NOT NULL AND NOT ${USED}) AS violations`,
  },
  {
    id: "coupon-uses-counted",
    title: "As many coupons are marked used as there are orders, not cancelled, that used one",
    meaning: "Coupons that were marked without an order, or used without being marked",
    query: ({ orders, cancellations }) => sql`
      SELECT abs((SELECT count(*) FROM coupons WHERE used_at IS NOT NULL)
               - (SELECT coalesce(sum(coupon_uses - cancelled_uses), 0) FROM audit_segments)
               - (SELECT count(coupon_id) FROM orders WHERE ${within(ID, orders)})
               + (SELECT count(coupon_id) FROM cancellations c JOIN orders o ON o.id = c.order_id
                  WHERE ${within(sql`c.id`, cancellations)})) AS violations`,
  },
]

/** Those that look at single rows. */
export const COUPON_ROW_CHECKS = [
  "coupons-within-user-limit",
  "coupon-as-promised",
  "coupon-used-once",
] as const
