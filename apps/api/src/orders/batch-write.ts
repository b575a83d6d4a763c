import { ORDER_PLACED } from "../events/outbox.ts"
import { everyRow } from "../infra/batch-transaction.ts"
import { hidden, oneRow, pgArray, sql, uuidArray } from "../infra/db.ts"
import type { KeyedRequest } from "../idempotency/request.ts"
import type { BatchStatements } from "../infra/db.ts"
import { countPurchases, limitedOf } from "./count-purchases.ts"
import type { PlacedLine } from "./decide.ts"
import type { PlacedOrder } from "./decide-batch.ts"
import { findKnown, keyedOrders, known } from "./keyed-orders.ts"
import type { KeyedOrder, KnownOrders } from "./keyed-orders.ts"
import { purchaseKey } from "./sale-terms.ts"

/** Amounts by the id of their row. */
type Sums = Map<number, number>

const NOTHING = sql`SELECT 1 WHERE false`

/**
 * Writes the placed orders of a batch in one statement: balances, stocks and coupons conditionally, then orders, lines,
 * ledger and outbox; and commits. The rows are locked, so a condition that does not hold is a bug and rolls all back. `at`
 * is when the orders were decided. Returns the orders that the keys of `refused` placed before.
 */
export async function writeBatch(
  tx: BatchStatements,
  { placed, at }: { placed: readonly PlacedOrder[]; at: number },
  refused: readonly KeyedRequest[],
): Promise<KnownOrders> {
  if (placed.length === 0) return findKnown(tx.andCommit, refused)

  const paid = placed.filter((order) => order.placed.total > 0)
  const lines = placed.flatMap(({ order, placed: { lines: own } }) =>
    own.map((line) => ({ id: order.id, userId: order.userId, ...line })),
  )
  const spent = sums(paid.map(({ order, placed: { total } }) => [order.userId, total]))
  const sold = sums(lines.map(({ productId, quantity }) => [productId, quantity]))
  const used = placed.flatMap(({ order }) => order.couponId ?? [])
  const limited = limitedOf(lines)
  const counted = new Set(limited.map(({ userId, productId }) => purchaseKey(userId, productId))).size

  const { keyed } = await oneRow<{ keyed: KeyedOrder[] }>(tx.andCommit)`
    WITH spent AS (${spend(spent)}), taken AS (${takeStock(sold)}), used AS (${useCoupons(used)}),
         placed AS (${insertOrders(placed, at)}), lined AS (${insertLines(lines, counted > 0)}),
         booked AS (${insertLedger(paid)}), queued AS (${insertOutbox(placed, sold)}),
         counted AS (${counted > 0 ? countPurchases(limited) : NOTHING}),
         k AS (${keyedOrders(uuidArray(refused.map(({ identity }) => identity)))})
    SELECT ${everyRow({ spent: spent.size, taken: sold.size, used: used.length, counted })},
           (SELECT coalesce(json_agg(k), '[]') FROM k) AS keyed`
  return known(keyed)
}

const spend = (spent: Sums) => sql`
  UPDATE users u SET balance = u.balance - t.amount
  FROM unnest(${pgArray(spent.keys())}::int[], ${pgArray(spent.values())}::bigint[]) AS t (id, amount)
  WHERE u.id = t.id AND u.balance >= t.amount RETURNING 1`

const takeStock = (sold: Sums) => sql`
  UPDATE products p SET stock = p.stock - t.quantity
  FROM unnest(${pgArray(sold.keys())}::int[], ${pgArray(sold.values())}::bigint[]) AS t (id, quantity)
  WHERE p.id = t.id AND p.stock >= t.quantity RETURNING p.id, p.stock`

const useCoupons = (ids: readonly number[]) => sql`
  UPDATE coupons SET used_at = now() WHERE id = ANY (${hidden(pgArray(ids))}::int[]) AND used_at IS NULL RETURNING 1`

const insertOrders = (orders: readonly PlacedOrder[], at: number) => sql`
  INSERT INTO orders (id, user_id, coupon_id, subtotal, discount, total, request_identity, request_hash, created_at)
  SELECT *, to_timestamp(${at}::float8 / 1000) FROM unnest(
    ${column(orders, ({ order }) => order.id)}::bigint[],
    ${column(orders, ({ order }) => order.userId)}::int[],
    ${column(orders, ({ order }) => order.couponId ?? "NULL")}::int[],
    ${column(orders, ({ placed }) => placed.subtotal)}::bigint[],
    ${column(orders, ({ placed }) => placed.discount)}::bigint[],
    ${column(orders, ({ placed }) => placed.total)}::bigint[],
    ${uuidArray(orders.map(({ order }) => order.job.request?.identity ?? null))}::uuid[],
    ${uuidArray(orders.map(({ order }) => order.job.request?.hash ?? null))}::uuid[])
  RETURNING created_at`

/** Without a limit the last column is shorter than the others, which fills it with NULL. */
const insertLines = (lines: readonly (PlacedLine & { id: number })[], hasLimits: boolean) => sql`
  INSERT INTO order_lines (order_id, product_id, quantity, unit_price, limit_period)
  SELECT * FROM unnest(
    ${column(lines, ({ id }) => id)}::bigint[],
    ${column(lines, ({ productId }) => productId)}::int[],
    ${column(lines, ({ quantity }) => quantity)}::int[],
    ${column(lines, ({ unitPrice }) => unitPrice)}::bigint[],
    ${column(hasLimits ? lines : [], ({ limit }) => limit?.period ?? "NULL")}::int[])`

const insertLedger = (orders: readonly PlacedOrder[]) => sql`
  INSERT INTO ledger_entries (user_id, kind, order_id, amount, balance_after)
  SELECT user_id, 'order', order_id, -total, balance_after FROM unnest(
    ${column(orders, ({ order }) => order.userId)}::int[],
    ${column(orders, ({ order }) => order.id)}::bigint[],
    ${column(orders, ({ placed }) => placed.total)}::bigint[],
    ${column(orders, ({ placed }) => placed.balanceAfter)}::bigint[]
  ) AS t (user_id, order_id, total, balance_after)`

// The orders' own day: another reading of the clock could be past midnight. A batch has one time.
const insertOutbox = (orders: readonly PlacedOrder[], sold: Sums) => sql`
  INSERT INTO outbox_events (topic, payload)
  SELECT ${ORDER_PLACED},
         jsonb_build_object('day', (min(created_at) AT TIME ZONE 'UTC')::date, 'sold', ${record(sold)}::jsonb,
                            'ids', ${JSON.stringify(orders.map(({ order }) => order.id))}::jsonb,
                            'soldOut', (SELECT coalesce(jsonb_agg(id), '[]') FROM taken WHERE stock = 0))
  FROM placed HAVING count(*) > 0`

/** Adds up by id, so that each row is written once per batch, however many orders share it. */
function sums(entries: readonly [number, number][]): Sums {
  const total: Sums = new Map()
  for (const [id, amount] of entries) total.set(id, (total.get(id) ?? 0) + amount)
  return total
}

const record = (byId: Sums) => JSON.stringify(Object.fromEntries(byId))

const column = <Row>(rows: readonly Row[], value: (row: Row) => number | "NULL") => pgArray(rows.map(value))
