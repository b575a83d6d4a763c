import { setTimeout as sleep } from "node:timers/promises"

import type { Pool, PoolClient } from "pg"

import { tell, tellSoldOut } from "./defective-webhooks.ts"

export type Answer = { status: number; body: unknown }
export type Act = (db: PoolClient) => Promise<Answer>

/** The defects there are; `nothing` shows that the checks raise no false alarm. */
export const DEFECTS = [
  "nothing",
  "acknowledges-before-commit",
  "forgets-keys",
  "loses-a-line",
  "keeps-the-money",
  "restocks-twice",
  "delivers-at-most-once",
  "delivers-in-any-order",
  "signs-without-id",
  "grants-silently",
  "sells-out-silently",
] as const
export type Defect = (typeof DEFECTS)[number]

// So long that a kill at any moment hits a request between the answer and the commit.
const COMMIT_DELAY_MS = 200

type Keyed = { pool: Pool; defect: Defect; key: string | undefined; answer: (answer: Answer) => void }

/** One transaction per request: the effect and the answer kept under its key, unless the defect says otherwise. */
export async function commitOnce({ pool, defect, key, answer }: Keyed, act: Act): Promise<void> {
  const db = await pool.connect()
  try {
    await db.query("BEGIN")
    const kept = defect === "forgets-keys" ? undefined : await keptAnswer(db, key)
    const outcome = kept ?? (await act(db))
    if (!kept && outcome.status < 300 && defect !== "forgets-keys") await keep(db, key, outcome)
    if (defect === "acknowledges-before-commit") {
      answer(outcome)
      await sleep(COMMIT_DELAY_MS)
    }
    await db.query("COMMIT")
    answer(outcome)
  } catch (error) {
    process.stderr.write(`${String(error)}\n`)
    await db.query("ROLLBACK").catch(() => {})
    answer({ status: 503, body: { code: "UNAVAILABLE" } })
  } finally {
    db.release()
  }
}

async function keptAnswer(db: PoolClient, key = ""): Promise<Answer | undefined> {
  await db.query("SELECT pg_advisory_xact_lock(hashtext($1))", [key])
  const { rows } = await db.query<{ status: number; body: string }>(
    "SELECT status, body FROM kept_answers WHERE request_identity = md5($1)::uuid",
    [key],
  )
  return rows[0] && { status: rows[0].status, body: JSON.parse(rows[0].body) }
}

async function keep(db: PoolClient, key: string | undefined, { status, body }: Answer): Promise<void> {
  if (key === undefined) return
  await db.query("INSERT INTO kept_answers VALUES (md5($1)::uuid, md5('')::uuid, $2, $3)", [
    key,
    status,
    JSON.stringify(body),
  ])
}

export function charge(userId: number, amount: number): Act {
  return async (db) => {
    const { rows } = await db.query<{ id: string; balance: string }>(
      `WITH charged AS (UPDATE users SET balance = balance + $2 WHERE id = $1 RETURNING balance)
       INSERT INTO ledger_entries (user_id, kind, amount, balance_after)
       SELECT $1, 'charge', $2, balance FROM charged RETURNING id, balance_after AS balance`,
      [userId, amount],
    )
    await tell(db, userId, { type: "balance.credited", id: Number(rows[0]?.id), data: { amount } })
    return { status: 201, body: { userId, balance: Number(rows[0]?.balance) } }
  }
}

type Claim = { userId: number; policyId: number }

export function claim({ userId, policyId }: Claim, defect: Defect): Act {
  return async (db) => {
    await db.query("UPDATE coupon_policies SET claimed = claimed + 1 WHERE id = $1", [policyId])
    const { rows } = await db.query<{ id: number }>(
      `INSERT INTO coupons (policy_id, user_id, user_ordinal, claim_id, discount_amount, discount_rate_bp, expires_at)
       SELECT $1::int, $2::int, 1 + count(*), gen_random_uuid(), 0, 0, now() + interval '1 day'
       FROM coupons WHERE policy_id = $1 AND user_id = $2 RETURNING id`,
      [policyId, userId],
    )
    const couponId = Number(rows[0]?.id)
    const event = { type: "coupon.granted", id: couponId, data: { couponId, policyId } }
    if (defect !== "grants-silently") await tell(db, userId, event)
    return { status: 201, body: { userId, policyId } }
  }
}

type Order = { userId: number; items: { productId: number; quantity: number }[] }

export function placeOrder({ userId, items }: Order, defect: Defect): Act {
  const lines = items.toSorted((a, b) => a.productId - b.productId)
  return async (db) => {
    const { rows } = await db.query<{ balance: string }>(
      "SELECT balance FROM users WHERE id = $1 FOR UPDATE",
      [userId],
    )
    const total = lines.reduce((sum, { quantity }) => sum + quantity * PRICE, 0)
    const left = Number(rows[0]?.balance) - total
    if (left < 0) return { status: 409, body: { code: "INSUFFICIENT_BALANCE" } }
    const soldOut = await takeStock(db, lines)
    if (!soldOut) return { status: 409, body: { code: "OUT_OF_STOCK" } }
    await db.query("UPDATE users SET balance = $2 WHERE id = $1", [userId, left])
    const placed = await db.query<{ id: string }>(
      "INSERT INTO orders (user_id, subtotal, discount, total) VALUES ($1, $2, 0, $2) RETURNING id",
      [userId, total],
    )
    const orderId = Number(placed.rows[0]?.id)
    for (const { productId, quantity } of defect === "loses-a-line" ? lines.slice(1) : lines)
      await db.query("INSERT INTO order_lines VALUES ($1, $2, $3, $4)", [orderId, productId, quantity, PRICE])
    await db.query(
      "INSERT INTO ledger_entries (user_id, kind, amount, balance_after, order_id) VALUES ($1, 'order', $2, $3, $4)",
      [userId, -total, left, orderId],
    )
    const data = { orderId, totalAmount: total }
    await tell(db, userId, { type: "order.placed", id: orderId, data })
    for (const id of defect === "sells-out-silently" ? [] : soldOut) await tellSoldOut(db, id, orderId)
    return { status: 201, body: { ...data, userId } }
  }
}

/** The products that sold out; undefined when there is not enough of one, and nothing is taken. */
async function takeStock(db: PoolClient, lines: Order["items"]): Promise<number[] | undefined> {
  const { rows } = await db.query<{ id: number; stock: number }>(
    "SELECT id, stock::int FROM products WHERE id = ANY ($1) ORDER BY id FOR UPDATE",
    [lines.map(({ productId }) => productId)],
  )
  const left = new Map(rows.map(({ id, stock }) => [id, stock]))
  if (lines.some(({ productId, quantity }) => (left.get(productId) ?? 0) < quantity)) return undefined
  for (const { productId, quantity } of lines)
    await db.query("UPDATE products SET stock = stock - $2 WHERE id = $1", [productId, quantity])
  return lines.filter((line) => left.get(line.productId) === line.quantity).map(({ productId }) => productId)
}

/** Gives back money and stock of an order that was not cancelled before. */
export function cancel(orderId: number, defect: Defect): Act {
  return async (db) => {
    const { rows } = await db.query<{ userId: number; total: string }>(
      'SELECT user_id AS "userId", total FROM orders WHERE id = $1 FOR UPDATE',
      [orderId],
    )
    const [order] = rows
    if (!order) return { status: 404, body: { code: "ORDER_NOT_FOUND" } }
    const refunded = Number(order.total)
    const marked = await db.query(
      "UPDATE orders SET cancelled_at = now() WHERE id = $1 AND cancelled_at IS NULL",
      [orderId],
    )
    if (marked.rowCount === 1) {
      await giveBack(db, { orderId, refunded, userId: order.userId }, defect)
      const data = { orderId, totalAmount: refunded, refunded }
      await tell(db, order.userId, { type: "order.cancelled", id: orderId, data })
    }
    return { status: 200, body: { orderId, status: "cancelled", refunded, userId: order.userId } }
  }
}

type Cancelled = { orderId: number; userId: number; refunded: number }

async function giveBack(db: PoolClient, { orderId, userId, refunded }: Cancelled, defect: Defect) {
  if (defect !== "keeps-the-money")
    await db.query(
      `WITH paid AS (UPDATE users SET balance = balance + $2 WHERE id = $1 RETURNING balance)
       INSERT INTO ledger_entries (user_id, kind, amount, balance_after, order_id)
       SELECT $1, 'refund', $2, balance, $3 FROM paid`,
      [userId, refunded, orderId],
    )
  const { rows } = await db.query<{ product_id: number; quantity: number }>(
    "SELECT product_id, quantity FROM order_lines WHERE order_id = $1 ORDER BY product_id",
    [orderId],
  )
  for (const { product_id: id, quantity } of rows)
    await db.query("UPDATE products SET stock = stock + $2 WHERE id = $1", [id, quantity])
}

type Restock = { productId: number; quantity: number; reason: string }

export function restock({ productId, quantity, reason }: Restock, defect: Defect): Act {
  return async (db) => {
    const units = defect === "restocks-twice" ? 2 * quantity : quantity
    await db.query("UPDATE products SET stock = stock + $2, stocked = stocked + $2 WHERE id = $1", [
      productId,
      units,
    ])
    await db.query(
      `INSERT INTO journal_entries (epoch, action, target_id, after, quantity, reason)
       SELECT epoch, 'product.restocked', $1, '{}', $2, $3 FROM shop`,
      [productId, quantity, reason],
    )
    return { status: 201, body: { productId } }
  }
}

export const PRICE = 2_000
