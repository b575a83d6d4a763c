import { afterAll, beforeEach, describe, expect, it } from "vitest"
import { createPacedSealing, createSealer } from "../src/audit/seal-job.ts"
import type { Sealing } from "../src/audit/seal-job.ts"
import { createAudit } from "../src/audit/service.ts"
import { createLogger } from "../src/infra/logger.ts"
import { createCancelOrder } from "../src/orders/cancel/cancel-order.ts"
import { createPlaceOrder } from "../src/orders/place-order.ts"
import { createTestDb, createTestRedis } from "./support/database.ts"
import { createShelf } from "./support/shop.ts"

const { db, ...database } = await createTestDb()
const { redis, ...redisDatabase } = await createTestRedis()
afterAll(async () => {
  await database[Symbol.asyncDispose]()
  await redisDatabase[Symbol.asyncDispose]()
})

const audit = createAudit({ db })
const logger = createLogger({ level: "silent", process: "worker" })
const shelf = createShelf(db)
const place = createPlaceOrder({ db, redis, strategy: "batched", writers: 2, maxQueued: 100 })

let userId: number
let productId: number
const order = () => place({ userId, couponId: null, lines: [{ productId, quantity: 2 }] }, null)

const cancelOrder = createCancelOrder({ db, windowMs: 60_000, maxQueued: 100 })
const cancel = (orderId: number) => cancelOrder({ orderId, reason: null, byTill: false }, null)

/** Seals all that is settled, two orders per segment. */
const createSealing = () => createSealer({ db, logger, orders: 2, entries: 4 })
const sealAll = async () => {
  const seal = createSealing()
  await expect.poll(seal).toBe("done")
}

beforeEach(async () => {
  await db.$executeRaw`
    TRUNCATE users, products, coupon_policies, coupons, orders, order_lines, ledger_entries, outbox_events,
             product_sales, audit_segments, audit_balances, audit_sales, audit_purchases, event_totals, cancellations,
             purchase_counts RESTART IDENTITY`
  userId = await shelf.user({ balance: 100_000 })
  productId = await shelf.product({ price: 1_000, stock: 100 })
  await db.product.update({ where: { id: productId }, data: { maxPerUser: 50 } })
  for (let n = 0; n < 6; n++) await order()
})

async function violated({ full = false } = {}) {
  const { checks } = await (full ? audit.runFull() : audit.run())
  return checks.filter(({ violations }) => violations > 0).map(({ id }) => id)
}

const sealedOrders = async () => (await audit.run()).seals.reduce((sum, { orders }) => sum + orders, 0)

describe("what is sealed", () => {
  it("is checked, counts by its sums, and shows when it was sealed", async () => {
    const before = Date.now()
    await sealAll()
    expect(await sealedOrders()).toBe(6)
    const { seals } = await audit.run()
    expect(seals).toHaveLength(3)
    for (const { sealedAt } of seals) expect(Math.abs(Date.parse(sealedAt) - before)).toBeLessThan(60_000)
    await order()
    expect(await violated()).toEqual([])
    expect(await violated({ full: true })).toEqual([])
  })

  it("is never something that violates an invariant", async () => {
    await db.$executeRaw`UPDATE orders SET subtotal = subtotal + 1, total = total + 1 WHERE id = 5`
    await sealAll()
    expect(await sealedOrders()).toBe(4)
    expect(await violated()).toContain("order-priced")
  })

  it("is nothing that an open transaction may still write to", async () => {
    const sealing = createSealing()
    const { promise: mayEnd, resolve: end } = Promise.withResolvers<void>()
    const { promise: idTaken, resolve: tookId } = Promise.withResolvers<void>()
    const late = db.$transaction(async (tx) => {
      await tx.$executeRaw`UPDATE products SET name = name WHERE id = 0`
      const [row] = await tx.$queryRaw<{ id: number }[]>`SELECT nextval('orders_id_seq')::int AS id`
      tookId()
      await mayEnd
      await tx.$executeRaw`
        INSERT INTO orders (id, user_id, subtotal, discount, total) VALUES (${row?.id}::int, ${userId}, 7, 0, 7)`
    })
    await idTaken
    await order()
    await order()
    expect(await sealing()).toBe("blocked")
    expect(await sealedOrders()).toBe(0)
    end()
    await late
    await expect.poll(sealing).toBe("done")
    // The order without lines and payment was there to be checked, so its segment was not sealed.
    expect(await sealedOrders()).toBe(6)
    expect(await violated()).toContain("order-whole")
  })

  it("still shows what happens after the seal, also to what was sealed", async () => {
    await sealAll()
    await db.$executeRaw`UPDATE users SET balance = balance + 1`
    await db.$executeRaw`UPDATE products SET stock = stock - 1`
    await db.$executeRaw`
      INSERT INTO ledger_entries (user_id, kind, order_id, amount, balance_after) VALUES (${userId}, 'order', 1, -2000, 86000)`
    expect(await violated()).toEqual(
      expect.arrayContaining(["money-conserved", "balance-equals-ledger", "stock-conserved", "order-whole"]),
    )
  })

  it.each([
    ["an order", "order-priced", "UPDATE orders SET subtotal = subtotal + 1, total = total + 1 WHERE id = 1"],
    ["an order's lines", "order-whole", "DELETE FROM order_lines WHERE order_id = 2"],
    [
      "a ledger entry",
      "ledger-unbroken",
      "UPDATE ledger_entries SET balance_after = balance_after + 1 WHERE id = 3",
    ],
    [
      "the day of an order",
      "seals-agree",
      "UPDATE orders SET created_at = created_at - interval '1 day' WHERE id = 1",
    ],
  ])("is counted again by a full audit, which finds %s that was changed", async (_what, check, sabotage) => {
    await sealAll()
    await db.$executeRawUnsafe(sabotage)
    expect(await violated({ full: true })).toContain(check)
  })

  it.each([
    "UPDATE audit_segments SET paid = paid + 1 WHERE segment = 2",
    "UPDATE audit_segments SET orders = orders - 1 WHERE segment = 1",
    "UPDATE audit_balances SET booked = booked + 1",
    "UPDATE audit_sales SET sold = sold - 1",
    "UPDATE audit_purchases SET units = units + 1",
    "UPDATE audit_segments SET refunded = refunded + 1 WHERE segment = 1",
  ])("has sums that cannot be wrong unnoticed: %s", async (sabotage) => {
    await sealAll()
    await db.$executeRawUnsafe(sabotage)
    expect(await violated({ full: true })).toContain("seals-agree")
  })

  it("includes cancellations, and stays valid when an order is cancelled after it was sealed", async () => {
    await cancel(2)
    await sealAll()
    expect(await sealedOrders()).toBe(6)
    await cancel(1)
    await cancel(6)
    expect([await violated(), await violated({ full: true })]).toEqual([[], []])
    for (let n = 0; n < 4; n++) await order()
    await sealAll()
    expect(await sealedOrders()).toBe(10)
    expect([await violated(), await violated({ full: true })]).toEqual([[], []])
    await db.$executeRaw`UPDATE orders SET cancelled_at = now() WHERE id = 3`
    expect(await violated()).toContain("cancellations-marked")
  })

  it("ends with the shop", async () => {
    await sealAll()
    await db.$executeRaw`TRUNCATE audit_segments, audit_balances, audit_sales, audit_purchases`
    expect((await audit.run()).seals).toEqual([])
    expect(await violated()).toEqual([])
  })
})

describe("an audit that takes longer than it may", () => {
  it("is refused, and says how far sealing is", async () => {
    await sealAll()
    await order()
    const hurried = createAudit({ db, budgetMs: 200 })
    const locked = Promise.withResolvers<void>()
    const mayEnd = Promise.withResolvers<void>()
    const holder = db.$transaction(async (tx) => {
      await tx.$executeRaw`LOCK TABLE users IN ACCESS EXCLUSIVE MODE`
      locked.resolve()
      await mayEnd.promise
    })
    await locked.promise
    const refused = await hurried.run().then(
      () => undefined,
      (error: unknown) => error,
    )
    mayEnd.resolve()
    await holder
    expect(refused).toMatchObject({
      code: "UNAVAILABLE",
      message: expect.stringContaining("sealed the orders up to 6 of 7"),
    })
    expect(await hurried.run()).toMatchObject({ ok: true })
  })
})

describe("sealing", () => {
  it("rests after each piece, and looks again later when nothing is left", async () => {
    let time = 0
    const seals: Sealing[] = ["sealed", "done", "blocked", "done"]
    let tries = 0
    const step = createPacedSealing({
      seal: async () => {
        time += 1_000
        return seals[tries++] ?? "done"
      },
      now: () => time,
    })
    const triesAt = async (at: number) => {
      time = at
      await step()
      return tries
    }
    expect(await triesAt(0)).toBe(1)
    expect(await triesAt(1_499)).toBe(1)
    expect(await triesAt(1_500)).toBe(2)
    expect(await triesAt(7_499)).toBe(2)
    expect(await triesAt(7_500)).toBe(3)
    expect(await triesAt(9_499)).toBe(3)
    expect(await triesAt(9_500)).toBe(4)
  })
})
