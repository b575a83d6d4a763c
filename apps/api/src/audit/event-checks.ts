import { sql } from "../infra/db.ts"
import { within } from "./part.ts"
import type { Check } from "./part.ts"

/** What left the outbox and what still waits in it, by type, with the sum of the ids that it is about. */
const EVENTS = sql`
  SELECT type, sum(events) AS events, sum(id_sum) AS ids
  FROM (SELECT type, events, id_sum FROM event_totals
        UNION ALL
        SELECT topic, 1, id.value::bigint FROM outbox_events, jsonb_array_elements_text(payload -> 'ids') id) noted
  GROUP BY type`

export const EVENT_CHECKS: Check[] = [
  {
    id: "events-equal-effects",
    title: "Every order, cancellation, charge and coupon is exactly one event",
    meaning:
      "Events that are missing or about nothing; one more for each kind whose events are about other rows",
    query: ({ orders, entries, cancellations, coupons }) => sql`
      SELECT coalesce(sum(abs(coalesce(e.events, 0) - coalesce(effects.events, 0))
                          + (coalesce(e.ids, 0) <> coalesce(effects.ids, 0))::int), 0) AS violations
      FROM (${EVENTS}) e FULL JOIN (
        SELECT type, sum(events) AS events, sum(ids) AS ids FROM (
          SELECT 'order.placed' AS type, orders AS events, order_id_sum AS ids FROM audit_segments
          UNION ALL
          SELECT 'order.placed', count(*), sum(id) FROM orders WHERE ${within(sql`id`, orders)}
          UNION ALL
          SELECT 'balance.credited', charges, charge_id_sum FROM audit_segments
          UNION ALL
          SELECT 'balance.credited', count(*), sum(id) FROM ledger_entries
          WHERE kind = 'charge' AND ${within(sql`id`, entries)}
          UNION ALL
          SELECT 'order.cancelled', cancellations, cancelled_id_sum FROM audit_segments
          UNION ALL
          SELECT 'order.cancelled', count(*), sum(order_id) FROM cancellations
          WHERE ${within(sql`id`, cancellations)}
          UNION ALL
          SELECT 'coupon.granted', coupons, coupon_id_sum FROM audit_segments
          UNION ALL
          SELECT 'coupon.granted', count(*), sum(id) FROM coupons WHERE ${within(sql`id`, coupons)}
        ) own GROUP BY type
      ) effects USING (type)`,
  },
]
