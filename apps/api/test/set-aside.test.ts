import { afterAll, beforeEach, describe, expect, it } from "vitest"
import { createDrain } from "../src/coupons/drain.ts"
import { createLogger } from "../src/infra/logger.ts"
import { createSetAside } from "../src/infra/set-aside.ts"
import { createRelay } from "../src/rankings/relay.ts"
import { startShop } from "./support/api.ts"
import { createTrade, times } from "./support/trade.ts"

const shop = await startShop({ worker: false })
afterAll(() => shop[Symbol.asyncDispose]())
const trade = createTrade(shop.request)
const { readDb, writeDb: db, metrics } = shop.deps

/** What a worker has whose clock the test moves, and the messages that it logs. */
function worker() {
  let time = 0
  const messages: string[] = []
  const destination = { write: (line: string) => void messages.push(String(Object(JSON.parse(line)).msg)) }
  const logger = createLogger({ level: "info", process: "worker", destination })
  const setAside = createSetAside({ tryAgainMs: 30_000, now: () => time })
  return { db, logger, metrics, setAside, messages, wait: (ms: number) => void (time += ms) }
}

let seeded: Awaited<ReturnType<typeof trade.seed>>
beforeEach(async () => {
  seeded = await trade.seed({ policies: 1, topSold: [] })
})

describe("a claim", () => {
  const claim = (n: number) => trade.claim({ userId: seeded.user(n), policyId: seeded.policy(1) })

  it("that could not become a coupon because of the database becomes one as soon as it can", async () => {
    const drain = createDrain(worker())
    await claim(1)
    await db.$executeRaw`ALTER TABLE coupons RENAME COLUMN expires_at TO moved`
    await expect(drain.drainAll()).rejects.toThrow(/expires_at/)
    await db.$executeRaw`ALTER TABLE coupons RENAME COLUMN moved TO expires_at`
    expect(await drain.drainAll()).toBe(1)
    expect(await trade.violations()).toEqual({})
  })

  it("that a trigger refused is tried again after a while, and logged with all that were refused with it", async () => {
    const { messages, wait, ...own } = worker()
    const drain = createDrain(own)
    for (const n of times(30, (i) => i + 1)) await claim(n)
    await db.$executeRaw`
      CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'not now'; END $$`
    await db.$executeRaw`
      CREATE TRIGGER refuse BEFORE INSERT ON coupons FOR EACH ROW EXECUTE FUNCTION refuse()`
    await drain.drainAll()
    expect(await drain.drainAll()).toBe(0)
    expect(messages).toEqual(["accepted claims cannot become coupons; they keep waiting"])
    wait(30_000)
    expect(await drain.drainAll()).toBe(0)
    expect(messages).toHaveLength(1)
    await db.$executeRaw`DROP FUNCTION refuse CASCADE`
    // Ten are due and become coupons one by one; the others follow together.
    expect(await drain.drainAll()).toBe(20)
    expect(await readDb.couponClaim.count()).toBe(0)
    expect(await trade.violations()).toEqual({})
  })
})

describe("an event of the outbox", () => {
  const order = async (n: number) => {
    await trade.charge(seeded.user(n), 10_000)
    const items = [{ productId: seeded.product(n), quantity: 1 }]
    return trade.order({ userId: seeded.user(n), items })
  }
  const sold = async () =>
    (await readDb.productSales.findMany({ orderBy: { productId: "asc" } })).map(({ quantity }) => quantity)

  it("whose figure the sums cannot take holds no other up, and is relayed when they can", async () => {
    const { messages, wait, ...own } = worker()
    const relay = createRelay(own)
    await order(1)
    await relay.relayAll()
    const MOST = 9_223_372_036_854_775_807n
    await db.$executeRaw`UPDATE product_sales SET quantity = ${MOST}`
    await order(1)
    await order(2)
    await relay.relayAll()
    await relay.relayAll()
    expect(await sold()).toEqual([MOST, 1n])
    expect(messages).toEqual(["outbox events cannot be relayed; they keep waiting"])
    await db.$executeRaw`UPDATE product_sales SET quantity = 1 WHERE product_id = ${seeded.product(1)}::int`
    expect(await trade.violations()).toEqual({})
    wait(30_000)
    await relay.relayAll()
    expect(await sold()).toEqual([2n, 1n])
    expect(await trade.violations()).toEqual({})
  })

  it("about an order that is gone holds up no delivery of others", async () => {
    await db.webhook.create({ data: { url: "https://shop.example", events: ["order.placed"], secret: "x" } })
    await order(1)
    await db.$executeRaw`DELETE FROM orders`
    await order(2)
    await createRelay(worker()).relayAll()
    expect(await readDb.webhookDelivery.count()).toBe(1)
    expect(await readDb.outboxEvent.count()).toBe(1)
  })
})
