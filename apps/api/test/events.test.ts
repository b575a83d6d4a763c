import { afterAll, beforeEach, describe, expect, it } from "vitest"
import { cancellationsToOutbox } from "../src/events/outbox.ts"
import { ORDER_STRATEGIES } from "../src/env.ts"
import { startShop } from "./support/api.ts"
import { createTrade, times } from "./support/trade.ts"

const shop = await startShop({ worker: false })
afterAll(() => shop[Symbol.asyncDispose]())
const { readDb: db } = shop.deps
const trade = createTrade(shop.request)
const today = new Date().toISOString().slice(0, 10)

const entries = async () =>
  (await db.outboxEvent.findMany({ orderBy: { id: "asc" } })).map(({ topic, payload }) => ({
    topic,
    payload,
  }))

const placed = async (userId: number, productId: number, quantity: number) =>
  Number(Object((await trade.order({ userId, items: [{ productId, quantity }] })).body)["orderId"])

beforeEach(() => db.$executeRaw`TRUNCATE outbox_events`)

describe("the outbox", () => {
  it("has one entry for the charges of a commit, by their ledger entries", async () => {
    const { user } = await trade.seed({ users: 2 })
    await trade.charge(user(1), 1_000)
    const [entry] = await db.ledgerEntry.findMany({ where: { userId: user(1) } })
    expect(await entries()).toEqual([{ topic: "balance.credited", payload: { ids: [Number(entry?.id)] } }])
  })

  it("has one entry for orders that are committed together, with the product that they sold out", async () => {
    const { user, product } = await trade.seed({ users: 40, stock: 40, products: 2 })
    await Promise.all(times(40, (n) => trade.charge(user(n + 1), 10_000)))
    await db.$executeRaw`TRUNCATE outbox_events`
    const lines = [{ productId: product(1), quantity: 1 }]
    const place = (n: number) =>
      shop.services.orders.place({ userId: user(n + 1), couponId: null, lines }, null)
    const answers = await Promise.all(times(40, place))
    const ids = answers.map(({ body }) => Number(Object(JSON.parse(body)).orderId))
    const rows = await entries()
    expect(rows).toHaveLength(1)
    expect(rows[0]?.payload).toMatchObject({ ids, soldOut: [product(1)] })
  })

  it("takes cancelled orders off the day that they were placed on, one entry for each day", async () => {
    const { user, product } = await trade.seed({ users: 1 })
    await trade.charge(user(1), 1_000_000)
    const ids = [
      await placed(user(1), product(1), 2),
      await placed(user(1), product(1), 3),
      await placed(user(1), product(2), 1),
    ]
    await db.$executeRaw`UPDATE orders SET created_at = created_at - interval '1 day' WHERE id = ${ids[2]}`
    await db.$executeRaw`TRUNCATE outbox_events`
    await db.$executeRaw(cancellationsToOutbox(ids))
    const yesterday = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10)
    const rows = await entries()
    expect(rows).toHaveLength(2)
    expect(rows).toEqual(
      expect.arrayContaining([
        {
          topic: "order.cancelled",
          payload: { day: today, sold: { [product(1)]: -5 }, ids: ids.slice(0, 2) },
        },
        {
          topic: "order.cancelled",
          payload: { day: yesterday, sold: { [product(2)]: -1 }, ids: ids.slice(2) },
        },
      ]),
    )
  })
})

describe.each(ORDER_STRATEGIES)("an order placed %s", (strategy) => {
  it("says which product it sold out", async () => {
    await using own = await startShop({ worker: false, variables: { ORDER_STRATEGY: strategy } })
    const there = createTrade(own.request)
    const { user, product } = await there.seed({ users: 1, stock: 2, products: 2 })
    await there.charge(user(1), 100_000)
    for (const quantity of [1, 1])
      await there.order({ userId: user(1), items: [{ productId: product(1), quantity }] })
    const rows = await own.deps.readDb.outboxEvent.findMany({
      where: { topic: "order.placed" },
      orderBy: { id: "asc" },
    })
    expect(rows.map(({ payload }) => Object(payload).soldOut)).toEqual([[], [product(1)]])
  })
})
