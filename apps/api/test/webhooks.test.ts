import { Webhook as Verifier } from "standardwebhooks"
import { afterAll, describe, expect, it } from "vitest"
import { CreatedWebhook, WebhookList } from "../src/webhooks/schema.ts"
import { send } from "../src/webhooks/send.ts"
import { startShop } from "./support/api.ts"
import { startReceiver } from "./support/receiver.ts"
import type { Received } from "./support/receiver.ts"
import { createTrade, keyed, times } from "./support/trade.ts"

const shop = await startShop({ variables: { WEBHOOK_RETRY_DELAYS: "0.05,0.05" } })
afterAll(() => shop[Symbol.asyncDispose]())
const trade = createTrade(shop.request)

async function register(url: string, events: string[], key?: string) {
  const { status, body } = await shop.request.post("/admin/webhooks").set(keyed(key)).send({ url, events })
  expect(status).toBe(201)
  return CreatedWebhook.parse(body)
}

const listed = async (id: number) => {
  const list = WebhookList.parse((await shop.request.get("/admin/webhooks")).body)
  return list.find(({ webhookId }) => webhookId === id)
}

/** What was credited, in the order in which it was accepted. */
const amounts = (deliveries: readonly Received[], userId: number) =>
  deliveries.filter(({ event }) => event.data["userId"] === userId).map(({ event }) => event.data["amount"])

describe("a webhook", () => {
  it("is sent what happened as signed CloudEvents, and nothing else", async () => {
    await using receiver = await startReceiver()
    const { user, product, policy } = await trade.seed({ users: 1, stock: 2, products: 1, policies: 1 })
    const types = ["order.placed", "product.sold_out", "coupon.granted", "balance.credited"]
    const { secret } = await register(receiver.url, types)
    await trade.charge(user(1), 10_000)
    const couponId = await trade.couponFrom(policy(1), user(1))
    const items = [{ productId: product(1), quantity: 2 }]
    const { body } = await trade.order({ userId: user(1), couponId, items })
    const { orderId } = Object(body)

    await expect.poll(() => receiver.accepted.length).toBe(4)
    const verifier = new Verifier(secret)
    for (const { headers, body: bytes, event } of receiver.accepted) {
      const names = ["webhook-id", "webhook-timestamp", "webhook-signature"]
      const signed = Object.fromEntries(names.map((name) => [name, String(headers[name])]))
      expect(verifier.verify(bytes, signed)).toEqual(JSON.parse(bytes))
      expect(() => verifier.verify(`${bytes} `, signed)).toThrow("No matching signature")
      expect(headers).toMatchObject({ "content-type": "application/cloudevents+json; charset=utf-8" })
      expect(headers["webhook-id"]).toBe(event.id)
    }
    const ofType = (type: string) => receiver.accepted.find(({ event }) => event.type === type)?.event
    expect(ofType("order.placed")).toMatchObject({
      subject: `orders/${orderId}`,
      partitionkey: `user-${user(1)}`,
      data: {
        orderId,
        userId: user(1),
        couponId,
        subtotal: 4_000,
        discount: 2_000,
        totalAmount: 2_000,
        items: [{ productId: product(1), quantity: 2, price: 2_000 }],
      },
    })
    expect(ofType("balance.credited")?.data).toMatchObject({
      userId: user(1),
      amount: 10_000,
      balance: 10_000,
    })
    expect(ofType("coupon.granted")?.data).toMatchObject({ couponId, userId: user(1), policyId: policy(1) })
    expect(ofType("product.sold_out")).toMatchObject({ data: { productId: product(1) } })
  })

  it("shows its secret once, and to who repeats the request with its key", async () => {
    await using receiver = await startReceiver()
    await trade.seed({ users: 1 })
    const created = await register(receiver.url, ["order.placed"], "first")
    expect(await register(receiver.url, ["order.placed"], "first")).toEqual(created)
    expect(created.secret).toMatch(/^whsec_[\w+/]{43}=$/)
    const { text } = await shop.request.get("/admin/webhooks")
    expect(text).not.toContain("whsec_")
    expect(await listed(created.webhookId)).toMatchObject({ url: receiver.url, waiting: 0, dead: 0 })
  })

  it("gets the events of a user in their order, each after the one before it succeeded", async () => {
    const failed = new Map<string, number>()
    const { promise: allWait, resolve: begin } = Promise.withResolvers<void>()
    await using receiver = await startReceiver(async ({ event }) => {
      await allWait
      const before = failed.get(event.id) ?? 0
      failed.set(event.id, before + 1)
      return before < 1 && Number(event.data["amount"]) % 3 === 0 ? 500 : 200
    })
    const { user } = await trade.seed({ users: 3 })
    const { webhookId } = await register(receiver.url, ["balance.credited"])
    const sums = times(12, (n) => 100 + n)
    await Promise.all(
      times(3, async (n) => {
        for (const amount of sums) await trade.charge(user(n + 1), amount)
      }),
    )
    // Only then the order in which they are taken shows.
    await expect.poll(async () => (await listed(webhookId))?.waiting).toBe(36)
    begin()
    await expect.poll(() => receiver.accepted.length, { timeout: 25_000 }).toBe(36)
    for (const n of [1, 2, 3]) {
      expect(amounts(receiver.accepted, user(n))).toEqual(sums)
      // A retry came before whatever follows it, too.
      const attempts = amounts(receiver.received, user(n)).map(Number)
      expect(attempts).toEqual(attempts.toSorted((a, b) => a - b))
    }
  })

  it("keeps the id of an event and its bytes over retries, and signs each attempt anew", async () => {
    let attempts = 0
    await using receiver = await startReceiver(() => (++attempts < 3 ? 503 : 200))
    const { user } = await trade.seed({ users: 1 })
    const { secret } = await register(receiver.url, ["balance.credited"])
    await trade.charge(user(1), 7)
    await expect.poll(() => receiver.accepted.length).toBe(1)
    expect(new Set(receiver.received.map(({ body }) => body)).size).toBe(1)
    expect(new Set(receiver.received.map(({ headers }) => headers["webhook-id"])).size).toBe(1)
    const last = receiver.received.at(-1)
    expect(() =>
      new Verifier(secret).verify(String(last?.body), {
        "webhook-id": String(last?.headers["webhook-id"]),
        "webhook-timestamp": String(last?.headers["webhook-timestamp"]),
        "webhook-signature": String(last?.headers["webhook-signature"]),
      }),
    ).not.toThrow()
  })

  it("is a dead letter after the last attempt, lets the next one pass, and is delivered again when asked", async () => {
    await using receiver = await startReceiver(({ event }) => (event.data["amount"] === 1 ? 500 : 200))
    const { user } = await trade.seed({ users: 1 })
    const { webhookId } = await register(receiver.url, ["balance.credited"])
    for (const amount of [1, 2]) await trade.charge(user(1), amount)
    await expect.poll(() => amounts(receiver.accepted, user(1))).toEqual([2])
    expect(amounts(receiver.received, user(1))).toEqual([1, 1, 1, 2])
    expect(await listed(webhookId)).toMatchObject({
      dead: 1,
      deadLetters: [{ type: "balance.credited", attempts: 3, lastError: "answered 500" }],
    })
    receiver.answer(() => 200)
    const again = await shop.request.post(`/admin/webhooks/${webhookId}/redeliver`)
    expect(again).toMatchObject({ status: 200, body: { webhookId, redelivered: 1 } })
    await expect.poll(() => amounts(receiver.accepted, user(1))).toEqual([2, 1])
    await expect.poll(async () => await listed(webhookId)).toMatchObject({ dead: 0, waiting: 0 })
  })

  it("loses nothing when Redis loses everything", async () => {
    await using receiver = await startReceiver(() => 500)
    const { user } = await trade.seed({ users: 5 })
    await register(receiver.url, ["balance.credited"])
    await Promise.all(times(5, (n) => trade.charge(user(n + 1), 5)))
    await expect.poll(() => receiver.received.length).toBeGreaterThan(0)
    receiver.answer(() => 200)
    await shop.redis.flushdb()
    await expect
      .poll(async () => {
        await shop.redis.flushdb()
        return new Set(receiver.accepted.map(({ event }) => event.id)).size
      })
      .toBe(5)
  })

  it("gets nothing through a redirect", async () => {
    await using receiver = await startReceiver(() => 307)
    const { user } = await trade.seed({ users: 1 })
    const { webhookId } = await register(receiver.url, ["balance.credited"])
    await trade.charge(user(1), 5)
    await expect.poll(async () => (await listed(webhookId))?.deadLetters[0]?.lastError).toBe("answered 307")
  })

  it("ends with what waits for it", async () => {
    await using receiver = await startReceiver(() => 500)
    const { user } = await trade.seed({ users: 1 })
    const { webhookId } = await register(receiver.url, ["balance.credited"])
    await trade.charge(user(1), 5)
    await expect.poll(() => receiver.received.length).toBeGreaterThan(0)
    const path = `/admin/webhooks/${webhookId}`
    expect((await shop.request.delete(path)).status).toBe(204)
    expect((await shop.request.delete(path)).body).toMatchObject({ code: "WEBHOOK_NOT_FOUND" })
    expect((await shop.request.post(`${path}/redeliver`)).status).toBe(404)
    expect(await shop.deps.readDb.webhookDelivery.count()).toBe(0)
  })

  it.each([
    { url: "ftp://example.com/", events: ["order.placed"] },
    { url: "http://10.0.0.1/", events: ["order.placed"] },
    { url: "http://user@127.0.0.1/", events: ["order.placed"] },
    { url: "http://127.0.0.1/", events: [] },
    { url: "http://127.0.0.1/", events: ["order.lost"] },
    { url: "http://127.0.0.1/", events: ["order.placed", "order.placed"] },
  ])("is refused with %j", async (body) => {
    expect((await shop.request.post("/admin/webhooks").send(body)).status).toBe(400)
  })
})

describe("while an endpoint does not answer", () => {
  it("another one gets its events", async () => {
    await using unresponsive = await startReceiver(() => new Promise(() => undefined))
    await using receiver = await startReceiver()
    const { user } = await trade.seed({ users: 20 })
    await register(unresponsive.url, ["balance.credited"])
    await register(receiver.url, ["balance.credited"])
    await Promise.all(times(20, (n) => trade.charge(user(n + 1), 5)))
    await expect.poll(() => receiver.accepted.length).toBe(20)
    expect(unresponsive.accepted).toEqual([])
  })
})

describe("the address of a delivery", () => {
  const attempt = (url: string) => send({ url, headers: {}, body: "{}", reach: { loopback: false } })

  it("is checked when the name is resolved for the connection", async () => {
    await using receiver = await startReceiver()
    const named = receiver.url.replace("127.0.0.1", "localhost")
    expect(await attempt(named)).toMatchObject({ ok: false, reason: "localhost is not a public address" })
    expect(await attempt(receiver.url)).toMatchObject({
      ok: false,
      reason: "127.0.0.1 is not a public address",
    })
    expect(receiver.received).toEqual([])
  })

  it.each(["http://[::1]/", "http://[::ffff:10.0.0.1]/", "http://169.254.169.254/", "http://[fd00::1]/"])(
    "%s is not a public one",
    async (url) => {
      expect(await attempt(url)).toMatchObject({ ok: false, reason: expect.stringContaining("not a public") })
    },
  )
})
