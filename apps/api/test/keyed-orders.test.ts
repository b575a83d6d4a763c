import { afterAll, describe, expect, it } from "vitest"
import { rowIdentity, uuidOf } from "../src/idempotency/identity.ts"
import type { KeyedRequest } from "../src/idempotency/request.ts"
import { STRATEGIES, count, created, openOrders, orderOf } from "./support/orders.ts"
import { times } from "./support/trade.ts"

const { db, shelf, start: startWith, expectCleanAudit, ...orders } = await openOrders()
afterAll(() => orders[Symbol.asyncDispose]())

const keyed = (key: string, payload = "payload"): KeyedRequest => ({
  identity: rowIdentity({ operation: "orders", key }),
  hash: uuidOf(payload),
})

describe.each(STRATEGIES)("an order placed %s with an Idempotency-Key", (strategy) => {
  const start = () => startWith(strategy)
  const place = start()

  it("happens once, and every repeat gets the same bytes", async () => {
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

  it("is decided again when it was refused, and keeps nothing of the refusal", async () => {
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
})
