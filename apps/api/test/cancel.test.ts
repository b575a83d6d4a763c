import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { createLiveRanking } from "../src/rankings/live.ts"
import { createRelay } from "../src/rankings/relay.ts"
import { startApi, startShop } from "./support/api.ts"
import type { TestShop } from "./support/api.ts"
import { createTrade, insist, keyed, nth, tally, times } from "./support/trade.ts"
import type { Trade } from "./support/trade.ts"

const ALL_COUPONS = { discountAmount: 500 }

describe.each(["batched", "conditional"] as const)("a cancelled order, placed %s,", (strategy) => {
  let shop: TestShop
  let trade: Trade
  beforeAll(async () => {
    shop = await startShop({ variables: { ORDER_STRATEGY: strategy, CANCEL_WINDOW: "2d" } })
    trade = createTrade(shop.request)
  })
  afterAll(() => shop[Symbol.asyncDispose]())

  const cancel = async (orderId: number, { key, reason }: { key?: string; reason?: string } = {}) =>
    shop.request.post(`/orders/${orderId}/cancel`).set(keyed(key)).send({ reason })

  async function open() {
    const { user, product, policy } = await trade.seed({
      users: 3,
      products: 2,
      stock: 10,
      topSold: [],
      ...ALL_COUPONS,
    })
    await trade.charge(user(1), 100_000)
    const items = [1, 2].map((n) => ({ productId: product(n), quantity: n }))
    const buy = async (couponId: number | null = null) => {
      const answer = await trade.order({ userId: user(1), couponId, items })
      return { status: answer.status, orderId: Number(Object(answer.body).orderId), text: answer.text }
    }
    return { user, product, policy, items, buy }
  }

  it("gives back stock, money and coupon, and says so", async () => {
    const { user, product, policy, items, buy } = await open()
    const couponId = await trade.couponFrom(policy(1), user(1))
    const { orderId } = await buy(couponId)
    const answer = await cancel(orderId, { reason: "Ordered twice" })
    expect({ status: answer.status, body: answer.body }).toEqual({
      status: 200,
      body: { orderId, status: "cancelled", refunded: 5_500 },
    })
    expect(await trade.balanceOf(user(1))).toBe(100_000)
    expect(await Promise.all([1, 2].map((n) => trade.stockOf(product(n))))).toEqual([10, 10])
    expect(await trade.couponsOf(user(1))).toMatchObject([{ couponId }])
    const shown = (await shop.request.get(`/orders/${orderId}`)).body
    expect(shown).toMatchObject({
      status: "cancelled",
      cancelReason: "Ordered twice",
      couponId,
      totalAmount: 5_500,
      items: items.map((item) => ({ ...item, price: 2_000 })),
    })
    const { entries } = (await shop.request.get(`/users/${user(1)}/balance/history`)).body
    expect(entries[0]).toMatchObject({ kind: "refund", amount: 5_500, balanceAfter: 100_000, orderId })

    const second = await buy(couponId)
    expect(second.status).toBe(201)
    expect((await shop.request.get(`/users/${user(1)}/orders`)).body.orders).toMatchObject([
      { orderId: second.orderId, status: "placed" },
      { orderId, status: "cancelled" },
    ])
    expect(await trade.violations()).toEqual({})
  })

  it("is refunded once, however often and by whatever key it is cancelled, and every answer is the same", async () => {
    await using second = await startApi(shop)
    const { user, buy } = await open()
    const { orderId } = await buy()
    const answers = await Promise.all(
      times(60, (n) =>
        insist(async () =>
          (n % 2 === 0 ? shop : second).request
            .post(`/orders/${orderId}/cancel`)
            .set(keyed(n % 3 === 0 ? `k${n}` : undefined)),
        ),
      ),
    )
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1)
    expect(answers[0]?.status).toBe(200)
    expect(await trade.balanceOf(user(1))).toBe(100_000)
    expect(await trade.violations()).toEqual({})
  })

  it("keeps what a repeated key of the order is answered, and a key of its own for one payload", async () => {
    const { user, items, buy } = await open()
    const request = { userId: user(1), items }
    const placed = await trade.order(request, "placed")
    const orderId = Number(Object(placed.body).orderId)
    await cancel(orderId, { key: "cancelled" })
    expect((await trade.order(request, "placed")).text).toBe(placed.text)
    const other = await buy()
    expect((await cancel(other.orderId, { key: "cancelled" })).body).toMatchObject({
      status: 422,
      code: "IDEMPOTENCY_MISMATCH",
    })
    expect(await trade.violations()).toEqual({})
  })

  it("gives its units of a limit back, but not to another limit", async () => {
    const { product, buy } = await open()
    const limit = (maxPerUser: number | null) =>
      shop.deps.writeDb.product.update({ where: { id: product(1) }, data: { maxPerUser } })
    const unlimited = await buy()
    await limit(1)
    const first = await buy()
    expect((await buy()).text).toContain("LIMIT_REACHED")
    expect((await cancel(unlimited.orderId)).status).toBe(200)
    expect((await buy()).text).toContain("LIMIT_REACHED")
    expect((await cancel(first.orderId)).status).toBe(200)
    const second = await buy()
    expect(second.status).toBe(201)
    await limit(null)
    await limit(1)
    const third = await buy()
    expect((await cancel(second.orderId)).status).toBe(200)
    expect([third.status, (await buy()).status]).toEqual([201, 409])
    expect(await trade.violations()).toEqual({})
  })

  it("leaves the sums and the ranking of its own day", async () => {
    const { product, buy } = await open()
    const { writeDb: db } = shop.deps
    const first = await buy()
    await buy()
    const relay = createRelay({ ...shop.deps, db })
    const live = createLiveRanking({ ...shop.deps, db })
    const settle = async () => {
      await relay.relayAll()
      await live.catchUp()
    }
    await settle()
    // The first order was placed yesterday, and so were its units.
    await db.$executeRaw`UPDATE orders SET created_at = created_at - interval '1 day' WHERE id = ${first.orderId}`
    await db.$executeRaw`
      WITH moved AS (UPDATE product_sales SET quantity = quantity / 2 RETURNING day, product_id, quantity, revision)
      INSERT INTO product_sales (day, product_id, quantity, revision)
      SELECT day - 1, product_id, quantity, revision FROM moved`
    expect((await cancel(first.orderId)).status).toBe(200)
    const top = [2, 1].map((n) => ({ productId: product(n), soldQty: n }))
    expect((await shop.request.get("/products/top")).body).toMatchObject(top)
    await settle()
    await expect.poll(async () => (await shop.request.get("/products/top")).body).toMatchObject(top)
    await expect.poll(async () => (await shop.request.get("/products/top/realtime")).body).toMatchObject(top)
    const sums = await db.productSales.findMany({ orderBy: [{ day: "asc" }, { productId: "asc" }] })
    expect(sums.map(({ quantity }) => Number(quantity))).toEqual([0, 0, 1, 2])
    expect(await trade.violations()).toEqual({})
  })

  it("is refunded above the limit of a balance, which only a charge is refused for", async () => {
    const { user, buy } = await open()
    const { orderId } = await buy()
    await shop.deps.writeDb.user.update({ where: { id: user(1) }, data: { balance: 1_000_000_000_000n } })
    expect((await cancel(orderId)).status).toBe(200)
    expect(await trade.balanceOf(user(1))).toBe(1_000_000_006_000)
    expect((await trade.charge(user(1), 1)).body).toMatchObject({ code: "BALANCE_LIMIT" })
  })

  it("is conserved while orders are placed and cancelled at once", async () => {
    const { user, product } = await open()
    for (const n of [2, 3]) await trade.charge(user(n), 100_000)
    const items = [1, 2].map((n) => ({ productId: product(n), quantity: 1 }))
    const answers = await Promise.all(
      times(90, async (n) => {
        const placed = await insist(() => trade.order({ userId: user(1 + (n % 3)), items }))
        if (placed.status !== 201) return placed
        return insist(() => cancel(Object(placed.body).orderId))
      }),
    )
    expect(tally(answers.filter(({ status }) => status !== 200))).toSatisfy((left: Record<string, number>) =>
      Object.keys(left).every((code) => code === "OUT_OF_STOCK"),
    )
    expect(await Promise.all([1, 2].map((n) => trade.stockOf(product(n))))).toEqual([10, 10])
    expect(await Promise.all([1, 2, 3].map((n) => trade.balanceOf(user(n))))).toEqual([
      100_000, 100_000, 100_000,
    ])
    expect(await trade.violations()).toEqual({})
  })
})

describe("POST /orders/:id/cancel", () => {
  it("is refused after the window, but not a repeat", async () => {
    await using shop = await startShop({ worker: false, variables: { CANCEL_WINDOW: "1h" } })
    const trade = createTrade(shop.request)
    const { user, product } = await trade.seed({ users: 1, products: 1 })
    await trade.charge(user(1), 10_000)
    const items = [{ productId: product(1), quantity: 1 }]
    const orders = await Promise.all(times(2, () => trade.order({ userId: user(1), items })))
    const ids = orders.map(({ body }) => Number(Object(body).orderId))
    const cancel = async (n: number) => shop.request.post(`/orders/${nth(ids, n)}/cancel`)
    const first = await cancel(1)
    await shop.deps.writeDb.$executeRaw`UPDATE orders SET created_at = created_at - interval '1 hour'`
    expect((await cancel(2)).body).toMatchObject({ status: 409, code: "CANCEL_WINDOW_OVER" })
    expect((await cancel(1)).text).toBe(first.text)
    expect(await trade.balanceOf(user(1))).toBe(8_000)
  })

  it("is 404 for an order that does not exist, and 400 for a reason that is no text", async () => {
    await using shop = await startShop({ worker: false })
    expect((await shop.request.post("/orders/7/cancel")).body).toMatchObject({ code: "ORDER_NOT_FOUND" })
    const reasons = ["", "a".repeat(501), "a\u0000b", 7]
    for (const reason of reasons) await shop.request.post("/orders/7/cancel").send({ reason }).expect(400)
  })
})
