import { Client } from "pg"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { defined } from "./support/defined.ts"
import { ORDER_STRATEGIES } from "../src/env.ts"
import { productLockKey } from "../src/infra/keys.ts"
import { PlacedOrder } from "../src/orders/schema.ts"
import { createPlaceOrder } from "../src/orders/place-order.ts"
import { startApi, startShop } from "./support/api.ts"
import type { TestShop } from "./support/api.ts"
import { createDatabase, createTestDb, createTestRedis } from "./support/database.ts"
import { createShelf } from "./support/shop.ts"
import { createTrade, insist, tally, times } from "./support/trade.ts"
import type { Trade } from "./support/trade.ts"

const CALLERS = 300
/** The last of several is contended by orders that are in progress together; the last of one, mostly by late ones. */
const LEFT = 10

describe.each(ORDER_STRATEGIES)("%s", (strategy) => {
  let shop: TestShop
  let trade: Trade
  beforeAll(async () => {
    shop = await startShop({ variables: { ORDER_STRATEGY: strategy, DB_WRITE_POOL: "6" } })
    trade = createTrade(shop.request)
  })
  afterAll(() => shop[Symbol.asyncDispose]())

  const one = (productId: number) => [{ productId, quantity: 1 }]

  it(`the last unit of ${LEFT} is sold once to ${CALLERS} callers`, async () => {
    const { user, product } = await trade.seed({ users: CALLERS, products: 1, stock: LEFT })
    await Promise.all(times(CALLERS, (n) => trade.charge(user(n + 1), 2_000)))

    const answers = await Promise.all(
      times(CALLERS, (n) => insist(() => trade.order({ userId: user(n + 1), items: one(product(1)) }))),
    )

    expect({
      answers: tally(answers),
      stock: await trade.stockOf(product(1)),
      violations: await trade.violations(),
    }).toEqual({ answers: { created: LEFT, OUT_OF_STOCK: CALLERS - LEFT }, stock: 0, violations: {} })
  })

  it(`the last won for ${LEFT} orders is spent once in ${CALLERS}`, async () => {
    const { user, product } = await trade.seed({ users: 1, products: 5 })
    await trade.charge(user(1), LEFT * 2_000 + 1_999)

    const answers = await Promise.all(
      times(CALLERS, (n) => insist(() => trade.order({ userId: user(1), items: one(product(1 + (n % 5))) }))),
    )

    expect({
      answers: tally(answers),
      balance: await trade.balanceOf(user(1)),
      violations: await trade.violations(),
    }).toEqual({
      answers: { created: LEFT, INSUFFICIENT_BALANCE: CALLERS - LEFT },
      balance: 1_999,
      violations: {},
    })
  })

  it(`one coupon counts once, however many of ${CALLERS} orders bring it`, async () => {
    const { user, product, policy } = await trade.seed({ users: 1, products: 1, discountAmount: 500 })
    await trade.charge(user(1), 1_000_000)
    for (let n = 0; n < LEFT; n++) await trade.claim({ userId: user(1), policyId: policy(1) })
    await expect.poll(() => trade.couponsOf(user(1)), { timeout: 10_000 }).toHaveLength(LEFT)
    const coupons = await trade.couponsOf(user(1))

    const answers = await Promise.all(
      times(CALLERS, (n) => {
        const couponId = defined(coupons[Math.floor((n * LEFT) / CALLERS)]).couponId
        return insist(() => trade.order({ userId: user(1), couponId, items: one(product(1)) }))
      }),
    )

    expect({
      answers: tally(answers),
      balance: await trade.balanceOf(user(1)),
      usable: await trade.couponsOf(user(1)),
      violations: await trade.violations(),
    }).toEqual({
      answers: { created: LEFT, COUPON_USED: CALLERS - LEFT },
      balance: 1_000_000 - LEFT * 1_500,
      usable: [],
      violations: {},
    })
  })

  it(`one key sent ${CALLERS} times to two processes at once is one order`, async () => {
    await using second = await startApi(shop)
    const { user, product } = await trade.seed({ users: 1, products: 1 })
    await trade.charge(user(1), 1_000_000)
    const other = createTrade(second.request)
    const request = { userId: user(1), items: one(product(1)) }

    const answers = await Promise.all(
      times(CALLERS, async (n) => {
        const send = () => (n % 2 === 0 ? trade : other).order(request, "once")
        return insist(send)
      }),
    )

    expect({
      answers: new Set(answers.map(({ status, text }) => `${status} ${text}`)).size,
      balance: await trade.balanceOf(user(1)),
      violations: await trade.violations(),
    }).toEqual({ answers: 1, balance: 998_000, violations: {} })
  })
})

describe.each(["conditional", "batched"])("%s", (strategy) => {
  it("orders that name the same products in any order never deadlock", async () => {
    await using database = await createDatabase()
    await using redis = await createTestRedis()
    const variables = { ORDER_STRATEGY: strategy, DB_WRITE_POOL: "6" }
    {
      await using api = await startApi({ databaseUrl: database.url, redisUrl: redis.url, variables })
      const trade = createTrade(api.request)
      const { user, product } = await trade.seed({ users: 30, products: 4 })
      await Promise.all(times(30, (n) => trade.charge(user(n + 1), 1_000_000)))
      const answers = await Promise.all(
        times(CALLERS, (n) => {
          const items = [n, n + 1 + (n % 3)].map((at) => ({ productId: product(1 + (at % 4)), quantity: 1 }))
          return insist(() => trade.order({ userId: user(1 + (n % 30)), items }))
        }),
      )
      expect(tally(answers)).toEqual({ created: CALLERS })
    }
    // A connection reports the deadlocks that it saw when it ends, at the latest.
    expect(await deadlocksIn(database.url)).toBe(0)
  })
})

async function deadlocksIn(connectionString: string): Promise<number> {
  const client = new Client({ connectionString })
  await client.connect()
  try {
    const { rows } = await client.query<{ deadlocks: number }>(
      "SELECT deadlocks::int FROM pg_stat_database WHERE datname = current_database()",
    )
    return rows[0]?.deadlocks ?? -1
  } finally {
    await client.end()
  }
}

describe("a coupon with a rate", () => {
  it("gives a rate of the subtotal, rounded down, as the audit counts it", async () => {
    await using shop = await startShop()
    const trade = createTrade(shop.request)
    const { user, product, policy } = await trade.seed({ users: 1, price: 999, discountRate: 0.155 })
    await trade.charge(user(1), 10_000)
    const couponId = await trade.couponFrom(policy(1), user(1))

    const items = [{ productId: product(1), quantity: 1 }]
    const { body } = await trade.order({ userId: user(1), couponId, items })

    expect({ discount: PlacedOrder.parse(body).discount, violations: await trade.violations() }).toEqual({
      discount: 154,
      violations: {},
    })
  })
})

describe.each(["multilock_wide", "multilock_narrow"] as const)("an order placed %s", (strategy) => {
  it("keeps its locks until it is committed", async () => {
    await using database = await createTestDb()
    await using testRedis = await createTestRedis()
    const { db } = database
    const { redis } = testRedis
    const shelf = createShelf(db)
    const userId = await shelf.user({ balance: 2_000 })
    const productId = await shelf.product()
    await stallCommits(db)

    await using gate = await holdGate(database.url)
    const place = createPlaceOrder({ db, redis, strategy, writers: 1, maxQueued: 10 })
    const answer = place({ userId, couponId: null, lines: [{ productId, quantity: 1 }] }, null)
    await expect.poll(() => gate.stalledCommits()).toBe(1)
    expect(await redis.exists(productLockKey(productId))).toBe(1)

    await gate.open()
    expect(await answer).toMatchObject({ status: 201 })
    await expect.poll(() => redis.exists(productLockKey(productId))).toBe(0)
  })
})

const GATE = 7

/** From now on, every COMMIT of a change of stock waits at the gate. */
async function stallCommits(db: TestShop["deps"]["writeDb"]) {
  await db.$executeRawUnsafe(`
    CREATE FUNCTION wait_at_gate() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN PERFORM pg_advisory_xact_lock(${GATE}); RETURN NULL; END $$`)
  await db.$executeRawUnsafe(`
    CREATE CONSTRAINT TRIGGER gate AFTER UPDATE ON products DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION wait_at_gate()`)
}

async function holdGate(connectionString: string) {
  const client = new Client({ connectionString })
  await client.connect()
  await client.query("SELECT pg_advisory_lock($1)", [GATE])
  return {
    async stalledCommits(): Promise<number> {
      const { rows } = await client.query<{ stalled: number }>(`
        SELECT count(*)::int AS stalled FROM pg_stat_activity
        WHERE datname = current_database() AND query ILIKE 'COMMIT%' AND wait_event = 'advisory'`)
      return defined(rows[0]).stalled
    },
    open: () => client.query("SELECT pg_advisory_unlock($1)", [GATE]),
    [Symbol.asyncDispose]: () => client.end(),
  }
}
