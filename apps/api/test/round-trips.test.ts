import assert from "node:assert/strict"
import { Client } from "pg"
import { afterAll, beforeEach, describe, expect, it, vi } from "vitest"
import { createChangeCommit } from "../src/administration/commit.ts"
import { createProductAdministration } from "../src/administration/products.ts"
import { rowIdentity, uuidOf } from "../src/idempotency/identity.ts"
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

const shelf = createShelf(db)
const place = createPlaceOrder({ db, redis, strategy: "batched", writers: 2, maxQueued: 10 })
const cancel = createCancelOrder({ db, windowMs: 60_000, maxQueued: 10 })
const { restock } = createProductAdministration({ commit: createChangeCommit({ db }) })

const keyed = () => ({
  identity: rowIdentity({ operation: "any", key: crypto.randomUUID() }),
  hash: uuidOf("payload"),
})
const statusesOf = async (answers: Promise<{ status: number }>[]) =>
  (await Promise.all(answers)).map(({ status }) => status)

let users: number[]
let productId: number
const order = (at: number, quantity = 1) =>
  place({ userId: users[at] ?? 0, couponId: null, lines: [{ productId, quantity }] }, keyed())

beforeEach(async () => {
  users = [await shelf.user({ balance: 10_000 }), await shelf.user({ balance: 10_000 })]
  productId = await shelf.product({ price: 1_000, stock: 100 })
})

/** What `run` sends to PostgreSQL from the first statement that locks products on, by round trip. */
async function sentWhileLocked(run: () => Promise<unknown>): Promise<string[][]> {
  const sent: { text: string; trip: number }[] = []
  let trip = 0
  const endTrip = () => void trip++
  const original: unknown = Reflect.get(Client.prototype, "query")
  assert(typeof original === "function")
  const query = vi.spyOn(Client.prototype, "query").mockImplementation(function (
    this: Client,
    ...args: unknown[]
  ) {
    sent.push({ text: String(Object(args[0]).text ?? args[0]).trim(), trip })
    const reply: unknown = Reflect.apply(original, this, args)
    void Promise.resolve(reply).then(endTrip, endTrip)
    return reply
  })
  try {
    await run()
    const locking = sent.find(({ text }) => /FROM products\s[^]*FOR NO KEY|UPDATE products/.test(text))
    const trips = Map.groupBy(sent, (one) => one.trip)
    return [...trips]
      .filter(([at]) => locking && at >= locking.trip)
      .map(([, own]) => own.map(({ text }) => text))
  } finally {
    query.mockRestore()
  }
}

const ANY = expect.any(String)
/** BEGIN goes with what locks, COMMIT with what writes. */
const TWO_TRIPS = [
  ["BEGIN", ANY],
  [ANY, "COMMIT"],
]

describe("a product that others want is locked for few round trips", () => {
  it("by a batch of orders, of which one is placed and one is refused", async () => {
    const sent = await sentWhileLocked(async () => {
      expect(await statusesOf([order(0), order(1, 50)])).toEqual([201, 409])
    })
    expect(sent).toEqual(TWO_TRIPS)
  })

  it("by a batch of cancellations", async () => {
    const placed = await Promise.all([order(0), order(1)])
    const ids = placed.map(({ body }) => Number(Object(JSON.parse(body)).orderId))
    const sent = await sentWhileLocked(async () => {
      const asked = ids.map((orderId) => cancel({ orderId, reason: null, byTill: false }, keyed()))
      expect(await statusesOf(asked)).toEqual([200, 200])
    })
    expect(sent).toEqual(TWO_TRIPS)
  })

  it("by a restock", async () => {
    const sent = await sentWhileLocked(async () => {
      const asked = restock(productId, { quantity: 5 }, { request: keyed(), by: null })
      expect(await statusesOf([asked])).toEqual([201])
    })
    expect(sent).toEqual([[ANY], [ANY], ["COMMIT"]])
  })
})
