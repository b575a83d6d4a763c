import { cancellationsToOutbox } from "../../events/outbox.ts"
import type { KeyedRequest } from "../../idempotency/request.ts"
import { everyRow } from "../../infra/batch-transaction.ts"
import { hidden, pgArray, sql } from "../../infra/db.ts"
import type { BatchStatements } from "../../infra/db.ts"
import type { OrderState } from "./decide.ts"

/** A cancellation that was decided; `balanceAfter` is what the refund leaves, in won. */
export type Cancelled = {
  order: OrderState
  balanceAfter: number
  reason: string | null
  request: KeyedRequest | null
}
/** Amounts by the key of their row. */
type Sums<Key> = Map<Key, number>

/**
 * Gives back in one statement what the orders took: money with its ledger row, stock, coupons, units of limits; marks them
 * and writes a row for each cancellation, and the outbox; and commits. The rows are locked, so a count that differs is a
 * bug and rolls all back. `at` is when they were cancelled, in ms since 1970.
 */
export async function writeCancels(
  tx: BatchStatements,
  cancelled: readonly Cancelled[],
  at: number,
): Promise<void> {
  if (cancelled.length === 0) return
  const orders = cancelled.map(({ order }) => order)
  const paid = sums(orders.flatMap(({ userId, total }) => (total > 0 ? [[userId, total] as const] : [])))
  const units = sums(
    orders.flatMap(({ lines }) => lines.map(({ productId, quantity }) => [productId, quantity] as const)),
  )
  const coupons = orders.flatMap(({ couponId }) => couponId ?? [])
  const limited = limitedUnits(orders)

  const expected = {
    credited: paid.size,
    restocked: units.size,
    freed: coupons.length,
    marked: orders.length,
    uncounted: limited.length,
  }
  await tx.andCommit.$queryRaw`
    WITH asked AS MATERIALIZED (${recordsOf(cancelled)}), time AS (SELECT to_timestamp(${at}::float8 / 1000) AS at),
         credited AS (${credit(paid)}), restocked AS (${restock(units)}), freed AS (${freeCoupons(coupons)}),
         marked AS (
           UPDATE orders o SET cancelled_at = at, cancel_reason = reason FROM asked, time
           WHERE o.id = asked.id AND cancelled_at IS NULL RETURNING 1
         ), noted AS (
           INSERT INTO cancellations (order_id, user_id, refunded, cancelled_at, request_identity, request_hash)
           SELECT id, user_id, total, at, identity, hash FROM asked, time
         ), booked AS (
           INSERT INTO ledger_entries (user_id, kind, order_id, amount, balance_after)
           SELECT user_id, 'refund', id, total, balance_after FROM asked WHERE total > 0
         ), uncounted AS (${uncount(limited)}),
         queued AS (${cancellationsToOutbox(orders.map(({ id }) => id))})
    SELECT ${everyRow(expected)}`
}

const recordsOf = (cancelled: readonly Cancelled[]) => sql`
  SELECT * FROM json_to_recordset(${JSON.stringify(cancelled.map(recordOf))}::json)
    AS t (id bigint, user_id int, total bigint, balance_after bigint, reason text, identity uuid, hash uuid)`

const recordOf = ({ order: { id, userId, total }, balanceAfter, reason, request }: Cancelled) => ({
  id,
  user_id: userId,
  total,
  balance_after: balanceAfter,
  reason,
  ...request,
})

const credit = (paid: Sums<number>) => sql`
  UPDATE users u SET balance = u.balance + t.amount
  FROM unnest(${pgArray(paid.keys())}::int[], ${pgArray(paid.values())}::bigint[]) AS t (id, amount)
  WHERE u.id = t.id RETURNING 1`

const restock = (units: Sums<number>) => sql`
  UPDATE products p SET stock = p.stock + t.quantity
  FROM unnest(${pgArray(units.keys())}::int[], ${pgArray(units.values())}::bigint[]) AS t (id, quantity)
  WHERE p.id = t.id RETURNING 1`

const freeCoupons = (ids: readonly number[]) => sql`
  UPDATE coupons SET used_at = NULL WHERE id = ANY (${hidden(pgArray(ids))}::int[]) AND used_at IS NOT NULL RETURNING 1`

type LimitedUnits = { userId: number; productId: number; period: number; quantity: number }

/** Units that counted for a limit, by user, product and period. */
function limitedUnits(orders: readonly OrderState[]): LimitedUnits[] {
  const lines = orders.flatMap(({ userId, lines: own }) =>
    own.flatMap(({ productId, quantity, limitPeriod: period }) =>
      period === null ? [] : { userId, productId, quantity, period },
    ),
  )
  const same = Map.groupBy(lines, ({ userId, productId, period }) => `${userId} ${productId} ${period}`)
  return [...same.values()].map((group) =>
    group.reduce((sum, { quantity }) => ({ ...sum, quantity: sum.quantity + quantity })),
  )
}

const uncount = (limited: readonly LimitedUnits[]) => sql`
  UPDATE purchase_counts c SET units = c.units - t.quantity FROM unnest(
    ${pgArray(limited.map(({ userId }) => userId))}::int[],
    ${pgArray(limited.map(({ productId }) => productId))}::int[],
    ${pgArray(limited.map(({ period }) => period))}::int[],
    ${pgArray(limited.map(({ quantity }) => quantity))}::int[]) AS t (user_id, product_id, limit_period, quantity)
  WHERE (c.user_id, c.product_id, c.limit_period) = (t.user_id, t.product_id, t.limit_period) RETURNING 1`

function sums<Key>(entries: readonly (readonly [Key, number])[]): Sums<Key> {
  const total: Sums<Key> = new Map()
  for (const [key, amount] of entries) total.set(key, (total.get(key) ?? 0) + amount)
  return total
}
