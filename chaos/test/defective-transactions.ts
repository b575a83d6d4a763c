import { setTimeout as sleep } from "node:timers/promises"

import type { Pool, PoolClient } from "pg"

export type Answer = { status: number; body: unknown }
export type Act = (db: PoolClient) => Promise<Answer>

/** The defects there are; `nothing` shows that the checks raise no false alarm. */
export const DEFECTS = ["nothing", "acknowledges-before-commit", "forgets-keys", "loses-a-line"] as const
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
    const { rows } = await db.query<{ balance: string }>(
      `WITH charged AS (UPDATE users SET balance = balance + $2 WHERE id = $1 RETURNING balance),
            stored AS (INSERT INTO ledger_entries (user_id, kind, amount, balance_after)
                       SELECT $1, 'charge', $2, balance FROM charged)
       SELECT balance FROM charged`,
      [userId, amount],
    )
    return { status: 201, body: { userId, balance: Number(rows[0]?.balance) } }
  }
}

export function claim(userId: number, policyId: number): Act {
  return async (db) => {
    await db.query("UPDATE coupon_policies SET claimed = claimed + 1 WHERE id = $1", [policyId])
    await db.query(
      `INSERT INTO coupons (policy_id, user_id, user_ordinal, claim_id, discount_amount, discount_rate_bp, expires_at)
       SELECT $1::int, $2::int, 1 + count(*), gen_random_uuid(), 0, 0, now() + interval '1 day'
       FROM coupons WHERE policy_id = $1 AND user_id = $2`,
      [policyId, userId],
    )
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
    for (const { productId, quantity } of lines)
      await db.query("UPDATE products SET stock = stock - $2 WHERE id = $1", [productId, quantity])
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
    return { status: 201, body: { orderId, userId, totalAmount: total } }
  }
}

export const PRICE = 2_000
