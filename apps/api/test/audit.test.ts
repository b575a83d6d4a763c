import { afterAll, beforeEach, describe, expect, it } from "vitest"
import { CHECKS } from "../src/audit/checks.ts"
import { createAudit } from "../src/audit/service.ts"
import type { Db } from "../src/infra/db.ts"
import { createCancelOrder } from "../src/orders/cancel/cancel-order.ts"
import { createPlaceOrder } from "../src/orders/place-order.ts"
import { createProducts } from "../src/products/service.ts"
import { createTestDb, createTestRedis } from "./support/database.ts"
import { createShelf } from "./support/shop.ts"

const { db, ...database } = await createTestDb()
const { redis, ...redisDatabase } = await createTestRedis()
afterAll(async () => {
  await database[Symbol.asyncDispose]()
  await redisDatabase[Symbol.asyncDispose]()
})

const audit = createAudit({ db })

/** A shop with one user, a product with a limit, one used coupon, an order with it, one without and a cancelled one. */
beforeEach(async () => {
  // The journal is append-only; a new epoch leaves it behind.
  await db.$executeRaw`UPDATE shop SET epoch = gen_random_uuid()`
  await db.$executeRaw`
    TRUNCATE users, products, coupon_policies, coupons, coupon_claims, orders, order_lines, ledger_entries, outbox_events,
             product_sales, audit_segments, audit_balances, audit_sales, audit_purchases, audit_coupons, event_totals, cancellations,
             purchase_counts RESTART IDENTITY`
  const shelf = createShelf(db)
  const userId = await shelf.user({ balance: 10_000 })
  const productId = await shelf.product({ price: 1_000, stock: 10 })
  const couponId = await shelf.coupon(userId)
  const place = createPlaceOrder({ db, redis, strategy: "batched", writers: 2, maxQueued: 100 })
  const lines = [{ productId, quantity: 2 }]
  await place({ userId, couponId, lines }, { identity: crypto.randomUUID(), hash: crypto.randomUUID() })
  await place({ userId, couponId: null, lines }, null)
  await db.product.update({ where: { id: productId }, data: { maxPerUser: 5 } })
  await place({ userId, couponId: null, lines }, null)
  await place({ userId, couponId: null, lines }, null)
  const cancel = createCancelOrder({ db, windowMs: 60_000, maxQueued: 10 })
  await cancel({ orderId: 4, reason: null, byTill: false }, null)
})

async function violated() {
  const { ok, checks } = await audit.run()
  const broken = checks.filter(({ violations }) => violations > 0).map(({ id }) => id)
  expect(ok).toBe(broken.length === 0)
  return broken
}

const journal = (at: Db, entry: { action: string; after: object; quantity?: number }) => at.$executeRaw`
  INSERT INTO journal_entries (epoch, action, target_id, after, quantity)
  SELECT epoch, ${entry.action}, 1, ${JSON.stringify(entry.after)}::jsonb, ${entry.quantity ?? null} FROM shop`

/** One way to break each invariant, past the constraints where a constraint is in the way. */
const SABOTAGE: Record<string, (db: Db) => Promise<unknown>> = {
  "money-conserved": (at) => at.$executeRaw`UPDATE users SET balance = balance + 1`,
  "balance-not-negative": async (at) => {
    await at.$executeRaw`ALTER TABLE users DROP CONSTRAINT users_balance_check`
    await at.$executeRaw`UPDATE users SET balance = -1`
    await at.$executeRaw`ALTER TABLE users ADD CONSTRAINT users_balance_check
      CHECK (balance BETWEEN 0 AND 1000000000000) NOT VALID`
  },
  "balance-equals-ledger": (at) => at.$executeRaw`DELETE FROM ledger_entries WHERE kind = 'charge'`,
  "ledger-unbroken": (at) =>
    at.$executeRaw`UPDATE ledger_entries SET balance_after = balance_after + 1 WHERE id = 2`,
  "stock-conserved": (at) => at.$executeRaw`UPDATE products SET stock = stock - 1`,
  "stock-not-negative": async (at) => {
    await at.$executeRaw`ALTER TABLE products DROP CONSTRAINT products_stock_check`
    await at.$executeRaw`UPDATE products SET stock = -1`
    await at.$executeRaw`ALTER TABLE products ADD CONSTRAINT products_stock_check
      CHECK (stock BETWEEN 0 AND stocked) NOT VALID`
  },
  "coupons-within-total": (at) => at.$executeRaw`
    INSERT INTO coupons (policy_id, user_id, user_ordinal, claim_id, discount_amount, discount_rate_bp, expires_at)
    VALUES (1, 1, 2, gen_random_uuid(), 1, 0, now() + interval '1 day')`,
  "claims-counted": (at) => at.$executeRaw`DELETE FROM coupons WHERE id = 1`,
  "claims-once": (at) => at.$executeRaw`
    INSERT INTO coupon_claims
      (claim_id, policy_id, user_id, user_ordinal, discount_amount, discount_rate_bp, claimed_at, expires_at)
    SELECT claim_id, policy_id, user_id, 2, 1, 0, issued_at, expires_at FROM coupons WHERE id = 1`,
  "claims-kept": (at) => at.$executeRaw`
    INSERT INTO coupon_claims
      (claim_id, policy_id, user_id, user_ordinal, discount_amount, discount_rate_bp, claimed_at, expires_at)
    SELECT gen_random_uuid(), policy_id, user_id, 2, 1, 0, now() - interval '61 seconds', expires_at FROM coupons`,
  "coupons-within-user-limit": (at) => at.$executeRaw`UPDATE coupons SET user_ordinal = 2`,
  "coupon-as-promised": (at) => at.$executeRaw`UPDATE coupons SET discount_amount = discount_amount + 1`,
  "coupon-used-once": (at) => at.$executeRaw`UPDATE coupons SET used_at = NULL`,
  "coupon-uses-counted": (at) => at.$executeRaw`UPDATE coupons SET used_at = NULL`,
  "order-priced": (at) => at.$executeRaw`UPDATE orders SET discount = 0, total = subtotal`,
  "order-whole": (at) => at.$executeRaw`DELETE FROM order_lines WHERE order_id = 2`,
  "references-exist": (at) => at.$executeRaw`UPDATE order_lines SET order_id = 99 WHERE order_id = 2`,
  "sales-equal-orders": (at) => at.$executeRaw`UPDATE orders SET created_at = created_at - interval '1 day'`,
  "refunds-equal-payments": (at) => at.$executeRaw`UPDATE cancellations SET refunded = refunded - 1`,
  "cancellations-marked": (at) => at.$executeRaw`UPDATE orders SET cancelled_at = NULL`,
  "limits-kept": (at) => at.$executeRaw`UPDATE purchase_counts SET units = units - 1`,
  "limits-applied": (at) => at.$executeRaw`UPDATE order_lines SET limit_period = NULL WHERE order_id = 3`,
  "events-equal-effects": (at) => at.$executeRaw`
    UPDATE outbox_events SET payload = payload - 'ids' WHERE topic = 'order.placed' AND id % 2 = 0`,
  "restocks-journaled": (at) => at.$executeRaw`UPDATE products SET stock = stock + 1, stocked = stocked + 1`,
  "totals-kept-promises": async (at) => {
    await at.$executeRaw`ALTER TABLE journal_entries DROP CONSTRAINT IF EXISTS journal_entries_total_check`
    await journal(at, { action: "policy.changed", after: { total: 1, claimed: 2 } })
  },
  "changes-journaled": async (at) => {
    const [product] = await createProducts({ db: at }).list({ limit: 1 })
    await journal(at, { action: "product.changed", after: { closed: false, ...product } })
    expect(await violated()).toEqual([])
    await at.$executeRaw`UPDATE products SET price = price + 1`
  },
  "seals-agree": (at) => at.$executeRaw`INSERT INTO audit_sales (day, product_id, sold) VALUES (now(), 1, 1)`,
}

describe("the audit", () => {
  it("finds nothing in a shop that was only used", async () => {
    expect(await violated()).toEqual([])
  })

  it.each(CHECKS.map(({ id }) => id))("finds what breaks %s", async (id) => {
    await SABOTAGE[id]?.(db)
    expect(await violated()).toContain(id)
  })

  it.each([
    [
      "a refund twice",
      "refunds-equal-payments",
      `INSERT INTO ledger_entries (user_id, kind, order_id, amount, balance_after)
      SELECT user_id, kind, order_id, amount, balance_after + amount FROM ledger_entries WHERE kind = 'refund'`,
    ],
    [
      "a refund to another user",
      "refunds-equal-payments",
      "UPDATE ledger_entries SET user_id = 2 WHERE kind = 'refund'",
    ],
    ["stock that did not come back", "stock-conserved", "UPDATE products SET stock = stock - 2"],
    [
      "a coupon that did not come back",
      "coupon-used-once",
      "UPDATE orders SET cancelled_at = now() WHERE id = 1",
    ],
    [
      "a cancellation on another day",
      "sales-equal-orders",
      `UPDATE outbox_events
      SET payload = jsonb_set(payload, '{day}', '"2026-01-01"') WHERE topic = 'order.cancelled'`,
    ],
    [
      "more units than the limit",
      "limits-kept",
      `ALTER TABLE purchase_counts DROP CONSTRAINT purchase_counts_units_check;
      UPDATE purchase_counts SET max_units = 1;
      ALTER TABLE purchase_counts ADD CONSTRAINT purchase_counts_units_check CHECK (units <= max_units) NOT VALID`,
    ],
  ])("finds %s", async (_what, check, sabotage) => {
    for (const statement of sabotage.split(";")) await db.$executeRawUnsafe(statement)
    expect(await violated()).toContain(check)
  })

  it("reports the checks of other parts beside those of the database", async () => {
    const live = [{ id: "ranking", title: "The ranking agrees", meaning: "Units off", count: async () => 3 }]
    const { ok, checks } = await createAudit({ db, live }).run()
    expect(ok).toBe(false)
    expect(checks.at(-1)).toMatchObject({ id: "ranking", violations: 3 })
  })

  it("holds in the middle of 300 orders", async () => {
    const shelf = createShelf(db)
    const userId = await shelf.user({ balance: 1_000_000 })
    const productId = await shelf.product({ price: 1_000 })
    const place = createPlaceOrder({ db, redis, strategy: "batched", writers: 2, maxQueued: 1_000 })
    const lines = [{ productId, quantity: 1 }]

    const orders = Promise.all(
      Array.from({ length: 300 }, () => place({ userId, couponId: null, lines }, null)),
    )
    const during = [await violated(), await violated()]
    await orders
    expect([...during, await violated()]).toEqual([[], [], []])
  })
})
