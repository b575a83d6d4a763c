import { oneRow, sql } from "../infra/db.ts"
import type { Db, Tx } from "../infra/db.ts"
import { within } from "./part.ts"
import type { Part } from "./part.ts"
import { limitedIn, soldIn } from "./units.ts"

/** Sums of a part: what conservation needs to know of it. Won, units, and rows with the sums of their ids. */
export type Sums = {
  orders: number
  orderIdSum: number
  paid: number
  units: number
  charges: number
  chargeIdSum: number
  charged: number
  booked: number
  cancellations: number
  refunded: number
  cancelledUnits: number
  cancelledUses: number
  cancelledIdSum: number
  coupons: number
  couponIdSum: number
  couponUses: number
}

/** What was checked up to these ids, and when. */
export type Segment = Sums & {
  segment: number
  sealedAt: Date
  throughOrder: number
  throughEntry: number
  throughCancellation: number
  throughCoupon: number
}

/** Above every id that a double counts exactly. */
const END = Number.MAX_SAFE_INTEGER

/** Every sealed segment, the first one first. */
export const readSegments = (db: Db | Tx): Promise<Segment[]> =>
  db.$queryRaw<Segment[]>`
    SELECT segment, sealed_at AS "sealedAt", through_order::float8 AS "throughOrder",
           through_entry::float8 AS "throughEntry", orders::float8, order_id_sum::float8 AS "orderIdSum",
           paid::float8, units::float8, charges::float8, charge_id_sum::float8 AS "chargeIdSum", charged::float8,
           booked::float8, through_cancellation::float8 AS "throughCancellation", cancellations::float8, refunded::float8,
           cancelled_units::float8 AS "cancelledUnits", cancelled_uses::float8 AS "cancelledUses",
           cancelled_id_sum::float8 AS "cancelledIdSum", through_coupon::float8 AS "throughCoupon", coupons::float8,
           coupon_id_sum::float8 AS "couponIdSum", coupon_uses::float8 AS "couponUses"
    FROM audit_segments ORDER BY segment`

/** What follows the segment. */
export const partAfter = (last: Segment | undefined): Part => ({
  orders: { after: last ? last.throughOrder : 0, through: END },
  entries: { after: last ? last.throughEntry : 0, through: END },
  cancellations: { after: last ? last.throughCancellation : 0, through: END },
  coupons: { after: last ? last.throughCoupon : 0, through: END },
})

/** What each segment holds. */
export const partsOf = (segments: readonly Segment[]): Part[] =>
  segments.map(({ throughOrder, throughEntry, throughCancellation, throughCoupon }, at) => {
    const { orders, entries, cancellations, coupons } = partAfter(segments[at - 1])
    return {
      orders: { ...orders, through: throughOrder },
      entries: { ...entries, through: throughEntry },
      cancellations: { ...cancellations, through: throughCancellation },
      coupons: { ...coupons, through: throughCoupon },
    }
  })

export function sumPart(tx: Tx, { orders, entries, cancellations, coupons }: Part): Promise<Sums> {
  return oneRow<Sums>(tx)`
    SELECT o.orders::float8, o.ids::float8 AS "orderIdSum", o.paid::float8, l.units::float8, e.charges::float8,
           e.ids::float8 AS "chargeIdSum", e.charged::float8, e.booked::float8,
           c.cancellations::float8, c.refunded::float8, c.ids::float8 AS "cancelledIdSum",
           c.uses::float8 AS "cancelledUses", r.units::float8 AS "cancelledUnits",
           g.coupons::float8, g.ids::float8 AS "couponIdSum", o.uses::float8 AS "couponUses"
    FROM (SELECT count(*) AS orders, coalesce(sum(id), 0) AS ids, coalesce(sum(total), 0) AS paid,
                 count(coupon_id) AS uses
          FROM orders WHERE ${within(sql`id`, orders)}) o,
         (SELECT coalesce(sum(quantity), 0) AS units FROM order_lines WHERE ${within(sql`order_id`, orders)}) l,
         (SELECT count(*) FILTER (WHERE kind = 'charge') AS charges,
                 coalesce(sum(id) FILTER (WHERE kind = 'charge'), 0) AS ids,
                 coalesce(sum(amount) FILTER (WHERE kind = 'charge'), 0) AS charged,
                 coalesce(sum(amount), 0) AS booked
          FROM ledger_entries WHERE ${within(sql`id`, entries)}) e,
         (SELECT count(*) AS cancellations, coalesce(sum(refunded), 0) AS refunded,
                 coalesce(sum(order_id), 0) AS ids, count(coupon_id) AS uses
          FROM cancellations c LEFT JOIN orders ON orders.id = order_id
          WHERE ${within(sql`c.id`, cancellations)}) c,
         (SELECT count(*) AS coupons, coalesce(sum(id), 0) AS ids FROM coupons WHERE ${within(sql`id`, coupons)}) g,
         (SELECT coalesce(sum(quantity), 0) AS units FROM cancellations c JOIN order_lines USING (order_id)
          WHERE ${within(sql`c.id`, cancellations)}) r`
}

/** Seals the part, which continues the last segment. It was checked in this transaction's snapshot. */
export async function sealPart(tx: Tx, part: Part, segment: number): Promise<void> {
  const sums = await sumPart(tx, part)
  // The primary key rejects another process that seals the same segment.
  await tx.$executeRaw`
    INSERT INTO audit_segments (segment, through_order, through_entry, orders, order_id_sum, paid, units, charges,
                                charge_id_sum, charged, booked, through_cancellation, cancellations, refunded,
                                cancelled_units, cancelled_uses, cancelled_id_sum, through_coupon, coupons,
                                coupon_id_sum, coupon_uses)
    VALUES (${segment}, ${part.orders.through}::bigint, ${part.entries.through}::bigint, ${sums.orders}::bigint,
            ${sums.orderIdSum}::bigint, ${sums.paid}::bigint, ${sums.units}::bigint, ${sums.charges}::bigint,
            ${sums.chargeIdSum}::bigint, ${sums.charged}::bigint, ${sums.booked}::bigint,
            ${part.cancellations.through}::bigint, ${sums.cancellations}::bigint, ${sums.refunded}::bigint,
            ${sums.cancelledUnits}::bigint, ${sums.cancelledUses}::bigint, ${sums.cancelledIdSum}::bigint,
            ${part.coupons.through}::bigint, ${sums.coupons}::bigint, ${sums.couponIdSum}::bigint,
            ${sums.couponUses}::bigint)`
  await tx.$executeRaw`
    INSERT INTO audit_coupons AS c (policy_id, held)
    SELECT policy_id, count(*) FROM coupons WHERE ${within(sql`id`, part.coupons)} GROUP BY policy_id
    ON CONFLICT (policy_id) DO UPDATE SET held = c.held + excluded.held`
  await tx.$executeRaw`
    INSERT INTO audit_balances AS b (user_id, booked)
    SELECT user_id, sum(amount) FROM ledger_entries WHERE ${within(sql`id`, part.entries)} GROUP BY user_id
    ON CONFLICT (user_id) DO UPDATE SET booked = b.booked + excluded.booked`
  await tx.$executeRaw`
    INSERT INTO audit_sales AS s (day, product_id, sold) ${soldIn(part)}
    ON CONFLICT (day, product_id) DO UPDATE SET sold = s.sold + excluded.sold`
  await tx.$executeRaw`
    INSERT INTO audit_purchases AS p (user_id, product_id, limit_period, units) ${limitedIn(part)}
    ON CONFLICT (user_id, product_id, limit_period) DO UPDATE SET units = p.units + excluded.units`
}
