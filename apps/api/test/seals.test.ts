import { afterAll, beforeEach, describe, expect, it } from "vitest"
import { inSnapshot } from "../src/audit/count.ts"
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
const createSealing = () => createSealer({ db, logger, orders: 2, entries: 4, coupons: 2 })
const sealAll = async () => {
  const seal = createSealing()
  await expect.poll(seal).toBe("done")
}

beforeEach(async () => {
  await db.$executeRaw`
    TRUNCATE users, products, coupon_policies, coupons, orders, order_lines, ledger_entries, outbox_events,
             product_sales, audit_segments, audit_balances, audit_sales, audit_purchases, audit_coupons, event_totals, cancellations,
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

  it("includes coupons, which are used, given back and looked at afterwards as well", async () => {
    const coupons = [await shelf.coupon(userId), await shelf.coupon(userId)]
    const orderWith = (couponId: number) =>
      place({ userId, couponId, lines: [{ productId, quantity: 2 }] }, null)
    for (const couponId of coupons) await orderWith(couponId)
    await sealAll()
    expect(await sealedOrders()).toBe(8)
    expect([await violated(), await violated({ full: true })]).toEqual([[], []])
    await cancel(7)
    await shelf.coupon(userId)
    expect([await violated(), await violated({ full: true })]).toEqual([[], []])
    await db.$executeRaw`UPDATE coupons SET used_at = now() WHERE id = ${coupons[0]}`
    expect(await violated()).toEqual(expect.arrayContaining(["coupon-used-once", "coupon-uses-counted"]))
  })

  it.each([
    ["seals-agree", "UPDATE audit_coupons SET held = held + 1"],
    ["seals-agree", "UPDATE audit_segments SET coupon_uses = coupon_uses + 1 WHERE segment = 1"],
    ["coupon-used-once", "UPDATE coupons SET used_at = now() WHERE user_id > 0"],
    ["coupons-within-user-limit", "UPDATE coupons SET user_ordinal = 2"],
    ["coupon-as-promised", "UPDATE coupons SET discount_rate_bp = 1"],
  ])("has coupons that a full audit counts again for %s: %s", async (check, sabotage) => {
    await shelf.coupon(userId)
    await shelf.coupon(userId)
    await sealAll()
    await db.$executeRawUnsafe(sabotage)
    expect(await violated({ full: true })).toContain(check)
  })

  it("is read on one core, with a plan for its own ids, after any number of segments", async () => {
    const [settings] = await inSnapshot(
      db,
      (tx) => tx.$queryRaw<object[]>`
        SELECT current_setting('plan_cache_mode') AS plan, current_setting('max_parallel_workers_per_gather') AS more`,
    )
    expect(settings).toEqual({ plan: "force_custom_plan", more: "0" })
  })

  it("ends with the shop", async () => {
    await sealAll()
    await db.$executeRaw`TRUNCATE audit_segments, audit_balances, audit_sales, audit_purchases, audit_coupons`
    expect((await audit.run()).seals).toEqual([])
    expect(await violated()).toEqual([])
  })
})

describe("a full audit", () => {
  /** A full audit that calls `onRest` after each piece. */
  const auditWith = (onRest: (piece: number) => Promise<unknown>) => {
    let piece = 0
    const rest = async () => {
      await onRest(++piece)
      return 0
    }
    return createAudit({ db, rest })
  }
  const refusalOf = (report: Promise<unknown>) =>
    report.then(
      () => undefined,
      (error: unknown) => error,
    )
  /** As a database answers that is too busy to finish a statement in time. */
  const fail = () =>
    db.$executeRaw`
      DO $$ BEGIN RAISE EXCEPTION 'canceling statement due to statement timeout' USING ERRCODE = 'query_canceled'; END $$`
  const ORDER_1 = "UPDATE orders SET subtotal = subtotal + 1, total = total + 1 WHERE id = 1"

  it("that ends early says what it found, and the next one goes on from there", async () => {
    await sealAll()
    await db.$executeRawUnsafe(ORDER_1)
    const whole = await audit.runFull()
    const interrupted = auditWith(async (piece) => piece === 2 && fail())
    const refused = await refusalOf(interrupted.runFull())
    expect(refused).toMatchObject({
      code: "UNAVAILABLE",
      message: expect.stringMatching(/2 of 3 segments .* of order-priced/),
      extra: { recount: { state: "ended early", segments: { counted: 2, of: 3 } } },
    })
    const { recount } = await interrupted.run()
    expect(recount).toMatchObject({
      state: "ended early",
      violations: expect.arrayContaining([{ id: "order-priced", violations: 1 }]),
    })
    const goneOn = await interrupted.runFull()
    const counts = ({ checks }: typeof whole) => checks.map(({ id, violations }) => [id, violations])
    expect(counts(goneOn)).toEqual(counts(whole))
    expect(goneOn.recount).toMatchObject({ state: "complete", segments: { counted: 3, of: 3 } })
  })

  it("runs one at a time, and says how far it is to whoever asks for another", async () => {
    await sealAll()
    const reached = Promise.withResolvers<void>()
    const mayGoOn = Promise.withResolvers<void>()
    const slow = auditWith(async (piece) => {
      if (piece > 1) return
      reached.resolve()
      await mayGoOn.promise
    })
    const report = slow.runFull()
    await reached.promise
    expect(await refusalOf(slow.runFull())).toMatchObject({
      code: "OVERLOADED",
      extra: { recount: { state: "running", segments: { counted: 1, of: 3 } } },
    })
    expect(await slow.run()).toMatchObject({ ok: true, full: false, recount: { state: "running" } })
    mayGoOn.resolve()
    expect(await report).toMatchObject({ ok: true, full: true })
  })

  it("is begun once by two who ask for it at the same instant", async () => {
    await sealAll()
    const asked = await Promise.allSettled([audit.runFull(), audit.runFull()])
    expect(asked).toMatchObject([
      { status: "fulfilled", value: { full: true, recount: { state: "complete" } } },
      { status: "rejected", reason: { code: "OVERLOADED", extra: { recount: { state: "running" } } } },
    ])
  })

  it("ends when the shop is emptied meanwhile, and the next one begins anew", async () => {
    await sealAll()
    const emptied = auditWith(
      async (piece) => piece === 1 && (await db.$executeRaw`UPDATE shop SET epoch = gen_random_uuid()`),
    )
    expect(await refusalOf(emptied.runFull())).toMatchObject({
      code: "UNAVAILABLE",
      message: expect.stringContaining("The shop was emptied meanwhile"),
    })
    expect(await emptied.runFull()).toMatchObject({ ok: true, recount: { state: "complete" } })
  })
})

describe("an audit that begins while the shop is being emptied", () => {
  const waiting = async () => {
    const [row] = await db.$queryRaw<{ sessions: number }[]>`
      SELECT count(*)::int AS sessions FROM pg_stat_activity
      WHERE datname = current_database() AND wait_event_type = 'Lock'`
    return row?.sessions
  }
  /** Empties as POST /init does, and commits when somebody waits for that; resolves when it has begun. */
  async function beginEmptying() {
    const begun = Promise.withResolvers<void>()
    const committed = db.$transaction(async (tx) => {
      await tx.$executeRaw`TRUNCATE product_sales`
      await tx.$executeRaw`
        TRUNCATE users, coupons, products, orders, order_lines, ledger_entries, outbox_events, audit_segments,
                 audit_balances, audit_sales, audit_purchases, audit_coupons, event_totals, purchase_counts`
      await tx.$executeRaw`UPDATE shop SET epoch = gen_random_uuid()`
      begun.resolve()
      await expect.poll(waiting).toBe(1)
    })
    await begun.promise
    return { committed }
  }

  it("finds one shop or the other, not half of each", async () => {
    await db.$executeRaw`
      INSERT INTO journal_entries (epoch, action, target_id, after)
      SELECT epoch, 'user.created', users.id, jsonb_build_object('name', name, 'subject', subject) FROM shop, users`
    expect(await violated()).toEqual([])
    const { committed } = await beginEmptying()
    expect(await violated()).toEqual([])
    await committed
  })

  it("ends without a violation when it counts again what was sealed", async () => {
    await sealAll()
    let committed: Promise<unknown> | undefined
    const rest = async () => {
      ;({ committed } = committed ? { committed } : await beginEmptying())
      return 0
    }
    await expect(createAudit({ db, rest }).runFull()).rejects.toMatchObject({
      code: "UNAVAILABLE",
      message: expect.stringContaining("The shop was emptied meanwhile"),
      extra: { recount: { segments: { counted: 1 }, violations: [] } },
    })
    await committed
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
    expect(await audit.run()).toMatchObject({ ok: true })
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
      rest: async (tookMs) => tookMs / 2,
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
