import type { Client } from "pg"

export type StoredOrder = {
  orderId: number
  userId: number
  couponId: number | null
  total: number
  cancelled: boolean
  /** Won of each refund. */
  refunds: readonly number[]
  /** Units by product. */
  lines: Readonly<Record<string, number>>
}
export type StoredCharge = { userId: number; amount: number }
export type StoredCoupon = {
  couponId: number
  userId: number
  policyId: number
  claimId: string
  claimedAt: number
}

/** A restock as the journal has it; the reason is the key of whoever asked for it. */
export type StoredRestock = { productId: number; quantity: number; reason: string | null }

/** What PostgreSQL holds, read past the API. */
export type DatabaseState = {
  orders: ReadonlyMap<number, StoredOrder>
  charges: readonly StoredCharge[]
  coupons: readonly StoredCoupon[]
  restocks: readonly StoredRestock[]
  /** Units by product. */
  stocks: ReadonlyMap<number, number>
  /** When the transaction of an order or a charge with a key began, in ms since 1970, by the identity of its row. */
  committedAt: ReadonlyMap<string, number>
}

type OrderRow = {
  id: string
  user_id: number
  coupon_id: number | null
  total: string
  lines: Record<string, number> | null
  cancelled: boolean
  refunds: number[] | null
}

/** The last ids of a history that was there before; nothing of it is read. */
export type History = { order: number; entry: number; coupon: number }
export const NO_HISTORY: History = { order: 0, entry: 0, coupon: 0 }

/** Reads what came after the history, in one snapshot. */
export async function readDatabaseState(db: Client, history = NO_HISTORY): Promise<DatabaseState> {
  await db.query("BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY")
  try {
    const orders = await readOrders(db, history)
    const charges = await db.query<{ user_id: number; amount: string }>(
      "SELECT user_id, amount FROM ledger_entries WHERE kind = 'charge' AND id > $1",
      [history.entry],
    )
    const keyed = await db.query<{ identity: string; at: number }>(
      `SELECT request_identity AS identity, extract(epoch FROM created_at)::float8 * 1000 AS at
       FROM (SELECT request_identity, created_at FROM orders WHERE id > $1
             UNION ALL SELECT request_identity, created_at FROM ledger_entries WHERE id > $2) keyed
       WHERE request_identity IS NOT NULL`,
      [history.order, history.entry],
    )
    return {
      orders,
      charges: charges.rows.map((row) => ({ userId: row.user_id, amount: Number(row.amount) })),
      coupons: await readCoupons(db, history),
      restocks: await readRestocks(db),
      stocks: await readStocks(db),
      committedAt: new Map(keyed.rows.map(({ identity, at }) => [identity, at])),
    }
  } finally {
    await db.query("ROLLBACK")
  }
}

async function readOrders(db: Client, history: History): Promise<Map<number, StoredOrder>> {
  const { rows } = await db.query<OrderRow>(
    `SELECT o.id, o.user_id, o.coupon_id, o.total,
            (SELECT jsonb_object_agg(l.product_id, l.quantity) FROM order_lines l WHERE l.order_id = o.id) AS lines,
            cancelled_at IS NOT NULL AS cancelled,
            (SELECT jsonb_agg(amount) FROM ledger_entries WHERE kind = 'refund' AND order_id = o.id) AS refunds
     FROM orders o WHERE o.id > $1`,
    [history.order],
  )
  return new Map(
    rows.map((row) => [
      Number(row.id),
      {
        orderId: Number(row.id),
        userId: row.user_id,
        couponId: row.coupon_id,
        total: Number(row.total),
        lines: row.lines ?? {},
        cancelled: row.cancelled,
        refunds: row.refunds ?? [],
      },
    ]),
  )
}

/** Those of this filling of the shop: the journal outlives it. */
async function readRestocks(db: Client): Promise<StoredRestock[]> {
  const { rows } = await db.query<{ target_id: number; quantity: string; reason: string | null }>(
    `SELECT target_id, quantity, reason FROM journal_entries JOIN shop USING (epoch)
     WHERE action = 'product.restocked'`,
  )
  return rows.map(({ target_id: productId, quantity, reason }) => ({
    productId,
    quantity: Number(quantity),
    reason,
  }))
}

async function readStocks(db: Client): Promise<Map<number, number>> {
  const { rows } = await db.query<{ id: number; stock: string }>("SELECT id, stock FROM products")
  return new Map(rows.map(({ id, stock }) => [id, Number(stock)]))
}

async function readCoupons(db: Client, history: History): Promise<StoredCoupon[]> {
  const { rows } = await db.query<{
    id: number
    user_id: number
    policy_id: number
    claim_id: string
    at: number
  }>(
    `SELECT id, user_id, policy_id, claim_id, extract(epoch FROM issued_at)::float8 * 1000 AS at FROM coupons
     WHERE id > $1`,
    [history.coupon],
  )
  return rows.map((row) => ({
    couponId: row.id,
    userId: row.user_id,
    policyId: row.policy_id,
    claimId: row.claim_id,
    claimedAt: row.at,
  }))
}
