import { afterAll, describe, expect, it } from "vitest"
import { CreatedWebhook, WebhookList } from "../src/webhooks/schema.ts"
import { startShop, startWorker } from "./support/api.ts"
import { startPausableProxy } from "./support/pausable-proxy.ts"
import { startReceiver } from "./support/receiver.ts"
import { createTrade, times } from "./support/trade.ts"

const variables = { WEBHOOK_RETRY_DELAYS: "0.05,0.05", WEBHOOK_DEAD_LETTERS: "3" }
const shop = await startShop({ worker: false, variables })
afterAll(() => shop[Symbol.asyncDispose]())
const trade = createTrade(shop.request)

async function register(url: string): Promise<number> {
  const { body } = await shop.request.post("/admin/webhooks").send({ url, events: ["balance.credited"] })
  return CreatedWebhook.parse(body).webhookId
}
const listed = async () => WebhookList.parse((await shop.request.get("/admin/webhooks")).body)[0]

/** How long the only webhook has failed, as if it were so. */
const failFor = (interval: string) =>
  shop.deps.writeDb
    .$executeRaw`UPDATE webhooks SET failing_since = now() - ${interval}::text::interval WHERE failing_since IS NOT NULL`

const failingSince = async () => (await shop.deps.readDb.webhook.findFirst())?.failingSince

describe("the dead letters of an endpoint that does not come back", () => {
  it("are bounded: the oldest are dropped and counted", async () => {
    await using worker = await startWorker(shop)
    await using receiver = await startReceiver(() => 500)
    const { user } = await trade.seed({ users: 5 })
    await register(receiver.url)
    for (const n of [1, 2, 3, 4, 5]) await trade.charge(user(n), n)
    await expect.poll(listed, { timeout: 15_000 }).toMatchObject({ waiting: 0, dead: 3 })
    const entries = await shop.deps.readDb.ledgerEntry.findMany({ orderBy: { id: "asc" } })
    expect((await listed())?.deadLetters.map(({ eventId }) => eventId)).toEqual(
      entries.slice(2).map(({ id }) => `balance-credited-${id}`),
    )
    const { values } = await worker.deps.metrics.webhookDropped.get()
    expect(values).toMatchObject([{ value: 2 }])
  })
})

describe("an endpoint that fails for too long", () => {
  it("is disabled: what waits becomes dead letters, and nothing is written for it until a redelivery", async () => {
    await using running = new AsyncDisposableStack()
    running.use(await startWorker(shop))
    let status = 500
    await using receiver = await startReceiver(() => status)
    const { user } = await trade.seed({ users: 2 })
    const webhookId = await register(receiver.url)
    for (const amount of times(40, (n) => n + 1)) await trade.charge(user(1), amount)
    await expect.poll(failingSince).toBeInstanceOf(Date)
    await failFor("71 hours 59 minutes")
    const tried = receiver.received.length
    await expect.poll(() => receiver.received.length).toBeGreaterThan(tried + 1)
    expect(await listed()).not.toHaveProperty("disabledAt")

    await failFor("72 hours")
    await expect.poll(listed, { timeout: 15_000 }).toMatchObject({
      disabledAt: expect.any(String),
      waiting: 0,
      dead: 3,
    })
    const { body } = await shop.request.get("/admin/journal?limit=1")
    expect(body).toMatchObject({ entries: [{ action: "webhook.disabled", who: null, targetId: webhookId }] })
    const attempts = receiver.received.length
    await trade.charge(user(2), 7)
    await expect.poll(() => shop.deps.readDb.outboxEvent.count()).toBe(0)
    expect(await listed()).toMatchObject({ waiting: 0, dead: 3 })
    expect(receiver.received.length).toBe(attempts)

    status = 200
    const again = await shop.request.post(`/admin/webhooks/${webhookId}/redeliver`)
    expect(again.body).toEqual({ webhookId, redelivered: 3 })
    await expect.poll(() => receiver.accepted.length).toBe(3)
    await trade.charge(user(2), 8)
    await expect.poll(() => receiver.accepted.at(-1)?.event.data["amount"]).toBe(8)
    expect(await listed()).not.toHaveProperty("disabledAt")
    expect(await trade.violations()).toEqual({})
  })

  it("is sent what waited when a redelivery comes before that is a dead letter", async () => {
    const { user } = await trade.seed({ users: 1 })
    await using receiver = await startReceiver()
    const webhookId = await register(receiver.url)
    const { writeDb: db } = shop.deps
    // A key whose first delivery was dropped as a dead letter, and the others wait still.
    await db.webhook.update({
      where: { id: webhookId },
      data: { failingSince: new Date(), disabledAt: new Date() },
    })
    const amounts = [1, 2]
    for (const amount of amounts) {
      const event = JSON.stringify({
        specversion: "1.0",
        id: `balance-credited-${amount}`,
        source: "test",
        type: "balance.credited",
        subject: "ledger-entries/1",
        time: new Date().toISOString(),
        partitionkey: `user-${user(1)}`,
        datacontenttype: "application/json",
        data: { amount },
      })
      const names = { eventId: `balance-credited-${amount}`, type: "balance.credited" }
      const data = { webhookId, ...names, partitionKey: `user-${user(1)}`, event, status: "waiting" }
      await db.webhookDelivery.create({ data })
    }
    await shop.request.post(`/admin/webhooks/${webhookId}/redeliver`).expect(200)
    await using running = new AsyncDisposableStack()
    running.use(await startWorker(shop))
    await expect.poll(() => receiver.accepted.map(({ event }) => event.data["amount"])).toEqual(amounts)
  })

  it("is sent at once what a redelivery asks for, also what was to be tried much later", async () => {
    const patient = { ...variables, WEBHOOK_RETRY_DELAYS: "0.05,3600" }
    await using running = new AsyncDisposableStack()
    running.use(await startWorker({ ...shop, variables: patient }))
    await using receiver = await startReceiver(() => 500)
    const { user } = await trade.seed({ users: 2 })
    const webhookId = await register(receiver.url)
    await trade.charge(user(1), 1)
    await expect.poll(() => receiver.received.length).toBe(2)
    await failFor("72 hours")
    await trade.charge(user(2), 2)
    await expect.poll(listed, { timeout: 15_000 }).toMatchObject({ waiting: 0, dead: 2 })
    receiver.answer(() => 200)
    await shop.request.post(`/admin/webhooks/${webhookId}/redeliver`)
    await expect.poll(() => receiver.accepted.length, { timeout: 15_000 }).toBe(2)
  })

  it("has all the time again after one success, and when nothing is left to try", async () => {
    await using running = new AsyncDisposableStack()
    running.use(await startWorker(shop))
    await using receiver = await startReceiver(({ event }) => (event.data["amount"] === 1 ? 500 : 200))
    const { user } = await trade.seed({ users: 1 })
    await register(receiver.url)
    for (const amount of [1, 2]) await trade.charge(user(1), amount)
    await expect.poll(() => receiver.accepted.length).toBe(1)
    await expect.poll(failingSince).toBeNull()
    await trade.charge(user(1), 1)
    await expect.poll(listed).toMatchObject({ waiting: 0, dead: 2 })
    expect(await failingSince()).toBeNull()
  })
})

describe("a worker that started while Redis did not answer", () => {
  it("delivers by BullMQ as soon as it does, and without it while it is cut off", async () => {
    await using proxy = await startPausableProxy({ url: shop.redisUrl })
    proxy.pause()
    await using worker = await startWorker({ ...shop, redisUrl: proxy.url })
    expect(worker.deps.redis.status).not.toBe("ready")
    proxy.resume()
    await expect.poll(() => worker.deps.redis.status, { timeout: 10_000 }).toBe("ready")
    expect(await worker.deps.queue.depth()).toBe(0)
    await using receiver = await startReceiver()
    const { user } = await trade.seed({ users: 1 })
    await register(receiver.url)
    await trade.charge(user(1), 9)
    await expect.poll(() => receiver.accepted.length).toBe(1)

    // Cut off, it looks as ready as before.
    proxy.pause()
    await trade.charge(user(1), 10)
    await expect.poll(() => receiver.accepted.length, { timeout: 15_000 }).toBe(2)
    proxy.resume()
  })
})
