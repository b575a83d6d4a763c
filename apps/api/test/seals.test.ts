import { afterAll, beforeEach, describe, expect, it } from "vitest"
import { inSnapshot } from "../src/audit/count.ts"
import { createPacedSealing } from "../src/audit/seal-job.ts"
import type { Sealing } from "../src/audit/seal-job.ts"
import { createCancelOrder } from "../src/orders/cancel/cancel-order.ts"
import { openSealedShop } from "./support/sealed-shop.ts"

const { db, audit, shelf, ids, order, reset, createSealing, sealAll, violated, sealedOrders, ...shop } =
  await openSealedShop()
afterAll(() => shop[Symbol.asyncDispose]())
beforeEach(reset)

const cancelOrder = createCancelOrder({ db, windowMs: 60_000, maxQueued: 100 })
const cancel = (orderId: number) => cancelOrder({ orderId, reason: null, byTill: false }, null)

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
        INSERT INTO orders (id, user_id, subtotal, discount, total) VALUES (${row?.id}::int, ${ids.userId}, 7, 0, 7)`
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
      INSERT INTO ledger_entries (user_id, kind, order_id, amount, balance_after) VALUES (${ids.userId}, 'order', 1, -2000, 86000)`
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
    const coupons = [await shelf.coupon(ids.userId), await shelf.coupon(ids.userId)]
    for (const couponId of coupons) await order(couponId)
    await sealAll()
    expect(await sealedOrders()).toBe(8)
    expect([await violated(), await violated({ full: true })]).toEqual([[], []])
    await cancel(7)
    await shelf.coupon(ids.userId)
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
    await shelf.coupon(ids.userId)
    await shelf.coupon(ids.userId)
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
