import { afterAll, describe, expect, it } from "vitest"
import { defined } from "./support/defined.ts"
import { createAudit } from "../src/audit/service.ts"
import { RefusalError } from "../src/errors.ts"
import type { Answer } from "../src/idempotency/answer.ts"
import { rowIdentity, uuidOf } from "../src/idempotency/identity.ts"
import type { KeyedRequest } from "../src/idempotency/request.ts"
import { createPlaceOrder } from "../src/orders/place-order.ts"
import type { OrderCommand } from "../src/orders/decide.ts"
import { PlacedOrder } from "../src/orders/schema.ts"
import { createTestDb, createTestRedis } from "./support/database.ts"
import { createShelf, stateOf } from "./support/shop.ts"

const { db, ...database } = await createTestDb()
const { redis, ...redisDatabase } = await createTestRedis()
const shelf = createShelf(db)
const audit = createAudit({ db })

afterAll(async () => {
  await database[Symbol.asyncDispose]()
  await redisDatabase[Symbol.asyncDispose]()
})

const STRATEGIES = ["batched", "conditional", "multilock_wide", "multilock_narrow"] as const
const CALLERS = 300

function orderOf(userId: number, productId: number, { quantity = 1, couponId = null as number | null } = {}) {
  return { userId, couponId, lines: [{ productId, quantity }] } satisfies OrderCommand
}

const keyed = (key: string, payload = "payload"): KeyedRequest => ({
  identity: rowIdentity({ operation: "orders", key }),
  hash: uuidOf(payload),
})
const placedOf = ({ body }: Answer) => PlacedOrder.parse(JSON.parse(body))
const count = (answers: Answer[], code: string) => answers.filter((answer) => answer.code === code).length
const created = (answers: Answer[]) => answers.filter(({ status }) => status === 201)
const times = <T>(n: number, make: (index: number) => T) =>
  Array.from({ length: n }, (_, index) => make(index))

describe.each(STRATEGIES)("an order placed %s", (strategy) => {
  // However slow the machine, no order is to be refused for waiting.
  const start = () =>
    createPlaceOrder({
      db,
      redis,
      strategy,
      writers: 4,
      maxQueued: 1_000,
      queueWaitMs: 20_000,
      lockWaitMs: 20_000,
    })
  const place = start()

  async function expectCleanAudit() {
    const { checks } = await audit.run()
    expect(checks.filter(({ violations }) => violations !== 0)).toEqual([])
  }

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

  it("happens once for one Idempotency-Key, and every repeat gets the same bytes", async () => {
    const userId = await shelf.user({ balance: 100_000 })
    const productId = await shelf.product()
    const request = keyed(crypto.randomUUID())
    const elsewhere = start()

    const answers = await Promise.all(
      times(20, (index) => (index % 2 ? place : elsewhere)(orderOf(userId, productId), request)),
    )
    answers.push(await place(orderOf(userId, productId), request))

    expect(new Set(answers.map(({ status, body }) => `${status} ${body}`)).size).toBe(1)
    expect(created(answers)).toHaveLength(21)
    expect(await db.order.count({ where: { userId } })).toBe(1)
    await expectCleanAudit()
  })

  it("is decided again under a key that was refused, and keeps nothing of the refusal", async () => {
    const userId = await shelf.user()
    const productId = await shelf.product({ price: 0, stock: 1 })
    await db.product.update({ where: { id: productId }, data: { stock: 0 } })
    const request = keyed(crypto.randomUUID())

    const refused = await place(orderOf(userId, productId), request)
    await db.product.update({ where: { id: productId }, data: { stock: 1 } })
    const placed = await place(orderOf(userId, productId), request)

    expect(refused).toMatchObject({ status: 409, code: "OUT_OF_STOCK" })
    expect(placed.status).toBe(201)
    expect(await place(orderOf(userId, productId), request)).toEqual(placed)
  })

  it("is found by its key however old it is, and is not refused for what it has done itself", async () => {
    const userId = await shelf.user({ balance: 2_000 })
    const productId = await shelf.product({ price: 2_000, stock: 1 })
    const couponId = await shelf.coupon(userId)
    const command = orderOf(userId, productId, { couponId })
    const request = keyed(crypto.randomUUID())

    const first = await place(command, request)
    await db.order.updateMany({ where: { userId }, data: { createdAt: new Date("2020-01-01") } })

    expect(first.status).toBe(201)
    expect(await place(command, request)).toEqual(first)
    expect(await start()(command, request)).toEqual(first)
    await db.order.updateMany({ where: { userId }, data: { createdAt: new Date() } })
  })

  it("for the last won is one order for all who repeat it at once, in two processes", async () => {
    const productId = await shelf.product({ price: 2_000 })
    const elsewhere = start()
    const users = await Promise.all(times(20, () => shelf.user({ balance: 2_000 })))
    const answers = await Promise.all(
      users.flatMap((userId) => {
        const request = keyed(crypto.randomUUID())
        return times(6, (n) => (n % 2 ? place : elsewhere)(orderOf(userId, productId), request))
      }),
    )
    expect(created(answers)).toHaveLength(120)
    expect(new Set(answers.map(({ body }) => body)).size).toBe(20)
    await expectCleanAudit()
  })

  it("is refused when its key belongs to another payload, before and after the first is done", async () => {
    const userId = await shelf.user({ balance: 100_000 })
    const productId = await shelf.product()
    const key = crypto.randomUUID()
    const command = orderOf(userId, productId)
    const payloads = ["one", "other"].map((payload) => keyed(key, payload))

    const during = await Promise.all(payloads.map((request) => place(command, request)))
    const after = await Promise.all(payloads.map((request) => place(command, request)))

    expect(created(during)).toHaveLength(1)
    expect(count(during, "IDEMPOTENCY_MISMATCH")).toBe(1)
    expect(after).toEqual(during)
    expect(await db.order.count({ where: { userId } })).toBe(1)
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
