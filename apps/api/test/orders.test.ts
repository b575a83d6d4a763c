import { afterAll, describe, expect, it } from "vitest"
import { defined } from "./support/defined.ts"
import { RefusalError } from "../src/errors.ts"
import type { Answer } from "../src/idempotency/answer.ts"
import { createPlaceOrder } from "../src/orders/place-order.ts"
import { PlacedOrder } from "../src/orders/schema.ts"
import { STRATEGIES, count, created, openOrders, orderOf } from "./support/orders.ts"
import { stateOf } from "./support/shop.ts"
import { times } from "./support/trade.ts"

const { db, redis, shelf, start, expectCleanAudit, ...orders } = await openOrders()
afterAll(() => orders[Symbol.asyncDispose]())

const CALLERS = 300
const placedOf = ({ body }: Answer) => PlacedOrder.parse(JSON.parse(body))

describe.each(STRATEGIES)("an order placed %s", (strategy) => {
  const place = start(strategy)

  it("takes stock, balance and coupon, and books all of it", async () => {
    const userId = await shelf.user({ balance: 10_000 })
    const productId = await shelf.product({ price: 2_000, stock: 10 })
    const couponId = await shelf.coupon(userId, { amount: 500 })

    const placed = placedOf(await place(orderOf(userId, productId, { quantity: 3, couponId }), null))

    expect(placed).toMatchObject({ userId, couponId, subtotal: 6_000, discount: 500, totalAmount: 5_500 })
    expect(await stateOf(db, { userId, productId })).toEqual({ balance: 4_500, stock: 7, orders: 1 })
    expect((await db.coupon.findUniqueOrThrow({ where: { id: couponId } })).usedAt).not.toBeNull()
    expect(await db.ledgerEntry.findFirst({ where: { orderId: placed.orderId } })).toMatchObject({
      userId,
      kind: "order",
      amount: -5_500n,
      balanceAfter: 4_500n,
    })
    const event = await db.outboxEvent.findFirst({ orderBy: { id: "desc" } })
    const day = new Date().toISOString().slice(0, 10)
    expect(event).toMatchObject({ topic: "order.placed", payload: { day, sold: { [productId]: 3 } } })
    await expectCleanAudit()
  })

  it("gives a rate of the subtotal, rounded down, and never more than the price", async () => {
    const userId = await shelf.user({ balance: 10_000 })
    const productId = await shelf.product({ price: 999 })
    const rate = await shelf.coupon(userId, { amount: 0, rateBp: 1_550 })
    const generous = await shelf.coupon(userId, { amount: 5_000 })

    expect(placedOf(await place(orderOf(userId, productId, { couponId: rate }), null)).discount).toBe(154)
    expect(placedOf(await place(orderOf(userId, productId, { couponId: generous }), null)).totalAmount).toBe(
      0,
    )
    await expectCleanAudit()
  })

  it("is refused whole, with its reason, and changes nothing", async () => {
    const userId = await shelf.user({ balance: 3_000 })
    const other = await shelf.user({ balance: 3_000 })
    const productId = await shelf.product({ price: 2_000, stock: 1 })
    const before = await stateOf(db, { userId, productId })
    const refusals = [
      [orderOf(2_000_000_000, productId), "USER_NOT_FOUND", 404],
      [orderOf(userId, 2_000_000_000), "PRODUCT_NOT_FOUND", 404],
      [orderOf(userId, productId, { couponId: 2_000_000_000 }), "COUPON_NOT_FOUND", 404],
      [orderOf(userId, productId, { couponId: await shelf.coupon(other) }), "COUPON_NOT_OWNED", 409],
      [
        orderOf(userId, productId, { couponId: await shelf.coupon(userId, { expired: true }) }),
        "COUPON_EXPIRED",
        409,
      ],
      [orderOf(userId, await shelf.product({ price: 3_001 })), "INSUFFICIENT_BALANCE", 409],
      [orderOf(userId, await shelf.product({ price: 10, stock: 4 }), { quantity: 5 }), "OUT_OF_STOCK", 409],
    ] as const

    for (const [command, code, status] of refusals) {
      expect(await place(command, null)).toMatchObject({ code, status })
    }
    expect(await stateOf(db, { userId, productId })).toEqual(before)
    await expectCleanAudit()
  })

  it("leaves its coupon usable when it fails, and used when it does not", async () => {
    const userId = await shelf.user({ balance: 1_000 })
    const dear = await shelf.product({ price: 9_000 })
    const cheap = await shelf.product({ price: 1_000 })
    const couponId = await shelf.coupon(userId, { amount: 500 })

    expect(await place(orderOf(userId, dear, { couponId }), null)).toMatchObject({
      code: "INSUFFICIENT_BALANCE",
    })
    expect(placedOf(await place(orderOf(userId, cheap, { couponId }), null)).totalAmount).toBe(500)
    expect(await place(orderOf(userId, cheap, { couponId }), null)).toMatchObject({ code: "COUPON_USED" })
    await expectCleanAudit()
  })

  it(`sells the last unit once to ${CALLERS} callers`, async () => {
    const productId = await shelf.product({ stock: 1 })
    const users = await Promise.all(times(CALLERS, () => shelf.user({ balance: 2_000 })))

    const answers = await Promise.all(users.map((userId) => place(orderOf(userId, productId), null)))

    expect(created(answers)).toHaveLength(1)
    expect(count(answers, "OUT_OF_STOCK")).toBe(CALLERS - 1)
    await expectCleanAudit()
  })

  it(`spends the last won once in ${CALLERS} orders of one user`, async () => {
    const userId = await shelf.user({ balance: 3_999 })
    const products = await Promise.all(times(5, () => shelf.product()))

    const answers = await Promise.all(
      times(CALLERS, (index) => place(orderOf(userId, defined(products[index % 5])), null)),
    )

    expect(created(answers)).toHaveLength(1)
    expect(count(answers, "INSUFFICIENT_BALANCE")).toBe(CALLERS - 1)
    await expectCleanAudit()
  })

  it(`accepts one coupon in one of ${CALLERS} orders`, async () => {
    const userId = await shelf.user({ balance: 1_000_000 })
    const productId = await shelf.product()
    const couponId = await shelf.coupon(userId)

    const answers = await Promise.all(
      times(CALLERS, () => place(orderOf(userId, productId, { couponId }), null)),
    )

    expect(created(answers)).toHaveLength(1)
    expect(count(answers, "COUPON_USED")).toBe(CALLERS - 1)
    await expectCleanAudit()
  })

  it("never deadlocks on orders that share products and users in any order", async () => {
    const users = await Promise.all(times(10, () => shelf.user({ balance: 100_000 })))
    const products = await Promise.all(times(5, () => shelf.product({ stock: 200 })))
    const orders = times(CALLERS, (index) => ({
      userId: defined(users[(index * 7) % users.length]),
      couponId: null,
      lines: products
        .filter((_, at) => (index + at) % 3 !== 0)
        .map((productId) => ({ productId, quantity: 1 })),
    }))

    const answers = await Promise.all(orders.map((order) => place(order, null)))

    const decided =
      created(answers).length + count(answers, "OUT_OF_STOCK") + count(answers, "INSUFFICIENT_BALANCE")
    expect(decided).toBe(CALLERS)
    await expectCleanAudit()
  })

  it("is refused at once when too many wait already", async () => {
    const userId = await shelf.user({ balance: 1_000_000 })
    const productId = await shelf.product()
    const small = createPlaceOrder({ db, redis, strategy, writers: 1, maxQueued: 3, lockWaitMs: 200 })

    const outcomes = await Promise.allSettled(times(600, () => small(orderOf(userId, productId), null)))

    const refused = outcomes.filter((outcome) => outcome.status === "rejected")
    expect(refused.length).toBeGreaterThan(0)
    for (const { reason } of refused) {
      expect(reason).toBeInstanceOf(RefusalError)
      expect(reason).toMatchObject({ code: "OVERLOADED", retryAfterSeconds: 1 })
    }
    await expectCleanAudit()
  })
})
