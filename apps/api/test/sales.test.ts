import { afterAll, beforeEach, describe, expect, it } from "vitest"
import { defined } from "./support/defined.ts"
import { SeedResult } from "../src/lab/schema.ts"
import { liveRankingKey, rankingSetKey } from "../src/infra/keys.ts"
import { createRankingDrift } from "../src/rankings/drift.ts"
import { compareRanking } from "../src/rankings/jobs.ts"
import { createLagCheck } from "../src/rankings/lag.ts"
import { createLiveRanking } from "../src/rankings/live.ts"
import { memberOf, readLiveState, writeUnits } from "../src/rankings/live-state.ts"
import { createRealtimeRanking } from "../src/rankings/realtime.ts"
import { createRelay } from "../src/rankings/relay.ts"
import { changedUnits, salesState } from "../src/rankings/sales.ts"
import { startShop } from "./support/api.ts"

const shop = await startShop({ worker: false })
afterAll(() => shop[Symbol.asyncDispose]())

const { writeDb: db, redis } = shop.deps
const relay = createRelay({ ...shop.deps, db })
const live = createLiveRanking({ ...shop.deps, db })
const drift = createRankingDrift({ ...shop.deps, db })

async function seed(request: object = {}) {
  const { productIds } = SeedResult.parse(
    (await shop.request.post("/init").send({ topSold: [], ...request })).body,
  )
  const userId = Number((await shop.request.get("/users/id?name=u1")).body)
  await shop.request.post(`/users/${userId}/balance`).send({ amount: 100_000_000 })
  return async (place: number, quantity: number) => {
    const items = [{ productId: productIds[place - 1], quantity }]
    await shop.request.post("/orders").send({ userId, items }).expect(201)
  }
}

/** Units by product in the ranking that is served. */
const ranked = async (clock = shop.deps.clock) => {
  const { top } = createRealtimeRanking({ db, redis, clock, maxQueued: 10 })
  return Object.fromEntries((await top(100)).map(({ productId, soldQty }) => [productId, soldQty]))
}

const bring = async () => {
  await relay.relayAll()
  await live.catchUp()
}

describe("the day of an order", () => {
  it.each(["batched", "conditional"] as const)(
    "is its own, whatever the clock says (%s)",
    async (strategy) => {
      await using api = await startShop({ worker: false, variables: { ORDER_STRATEGY: strategy } })
      await api.request.post("/init").send({ users: 1 })
      const userId = Number((await api.request.get("/users/id?name=u1")).body)
      await api.request.post(`/users/${userId}/balance`).send({ amount: 10_000 })
      // Rounded to milliseconds, as the column keeps it, this is the next day.
      await api.deps.writeDb.$executeRaw`
      CREATE FUNCTION just_before_midnight() RETURNS trigger LANGUAGE plpgsql AS
      $$ BEGIN NEW.created_at = '2026-03-01 23:59:59.9996+00'; RETURN NEW; END $$`
      await api.deps.writeDb.$executeRaw`
      CREATE TRIGGER just_before_midnight BEFORE INSERT ON orders FOR EACH ROW EXECUTE FUNCTION just_before_midnight()`
      await api.request.post("/orders").send({ userId, items: [{ productId: 1, quantity: 2 }] })
      const order = await api.deps.readDb.order.findFirstOrThrow()
      expect(order.createdAt).toEqual(new Date("2026-03-02T00:00:00Z"))
      await createRelay({ ...api.deps, db: api.deps.writeDb }).relayAll()
      const sums = await api.deps.readDb.productSales.findMany({ where: { quantity: { not: 0 } } })
      expect(sums).toMatchObject([{ day: new Date("2026-03-02"), productId: 1, quantity: 2n }])
    },
  )
})

describe("the realtime ranking in Redis", () => {
  let order: Awaited<ReturnType<typeof seed>>
  beforeEach(async () => {
    order = await seed()
  })

  it("refuses a write that was read before a newer one and comes after it", async () => {
    await order(1, 2)
    await relay.relayAll()
    const { live: build } = await readLiveState(redis)
    if (build?.cursor.phase !== "follow") throw new Error("A ranking is served")
    const days = [new Date().toISOString().slice(0, 10)]
    const late = await changedUnits(db, { days, after: build.cursor, limit: 10 })
    await order(1, 3)
    await bring()
    expect(late).toMatchObject([{ productId: 1, units: 2 }])

    expect(await writeUnits(redis, { key: liveRankingKey, build, after: build.cursor, units: late })).toBe(
      false,
    )
    expect(await ranked()).toEqual({ 1: 5 })
    expect(await drift()).toBe(0)
  })

  it("refuses a write for a ranking that was replaced meanwhile", async () => {
    const { live: build } = await readLiveState(redis)
    if (!build) throw new Error("A ranking is served")
    await redis.flushdb()
    await live.catchUp()
    const units = [{ productId: 1, units: 77 }]
    expect(await writeUnits(redis, { key: liveRankingKey, build, after: build.cursor, units })).toBe(false)
    expect(await ranked()).toEqual({})
  })

  it("goes on where it stood when Redis comes back with what it held a while ago", async () => {
    await order(1, 2)
    await bring()
    const { live: build } = await readLiveState(redis)
    const set = rankingSetKey(defined(build).generation)
    const [fields, members] = await Promise.all([
      redis.hgetall(liveRankingKey),
      redis.zrange(set, 0, "-1", "WITHSCORES"),
    ])
    await order(1, 5)
    await order(2, 1)
    await bring()

    await redis.del(liveRankingKey, set)
    await redis.hset(liveRankingKey, fields)
    await redis.zadd(set, ...members.toReversed())
    expect(await ranked()).toEqual({ 1: 2 })
    await live.catchUp()
    expect(await ranked()).toEqual({ 1: 7, 2: 1 })
    expect((await readLiveState(redis)).live?.generation).toBe(build?.generation)
  })

  it("is rebuilt when the database is behind it, as after a failover that lost the last orders", async () => {
    await order(1, 2)
    await bring()
    await db.$executeRaw`UPDATE product_sales SET quantity = 1`
    await db.$executeRaw`UPDATE sales_state SET revision = revision - 1`
    await live.catchUp()
    expect(await ranked()).toEqual({ 1: 1 })
  })

  it("is moved to the new day at midnight in UTC, and yesterday's is served until then", async () => {
    await order(1, 2)
    await bring()
    await db.$executeRaw`UPDATE product_sales SET day = day - 2`
    const midnight = new Date(`${new Date(Date.now() + 86_400_000).toISOString().slice(0, 10)}T00:00:01Z`)
    expect(await ranked(() => midnight)).toEqual({ 1: 2 })
    await createLiveRanking({ ...shop.deps, db, clock: () => midnight }).catchUp()
    expect(await ranked(() => midnight)).toEqual({})
    // A process whose clock is behind does not take it back.
    await live.catchUp()
    expect((await readLiveState(redis)).live?.day).toBe(midnight.toISOString().slice(0, 10))
  })

  it("is 503 while Redis has lost it, and nothing else is", async () => {
    const readiness = () => shop.request.get("/readyz")
    // By a client that waits for as long as it takes: on a busy machine the shop's own gives up.
    await shop.redis.flushdb()
    const refused = await shop.request.get("/products/top/realtime")
    expect(refused).toMatchObject({ status: 503, body: { code: "UNAVAILABLE" } })
    expect(refused.headers["retry-after"]).toBe("1")
    await order(1, 1)
    await shop.request.get("/products/top").expect(200)
    // A check that takes a second on a busy machine counts as failed.
    await expect.poll(readiness).toMatchObject({ status: 200, body: { status: "degraded" } })
    await expect
      .poll(() => bring().then(() => shop.request.get("/products/top/realtime")))
      .toMatchObject({
        status: 200,
      })
    await expect.poll(readiness).toMatchObject({ status: 200, body: { status: "ready" } })
  })

  it("is behind, and readiness says so, when what was sold does not get there", async () => {
    let time = 0
    const checkLag = createLagCheck({ db, redis, now: () => time })
    const readiness = async () => Object((await shop.request.get("/readyz")).body)
    await order(1, 1)
    await checkLag()
    await db.$executeRaw`UPDATE outbox_events SET created_at = now() - interval '11 s'`
    await expect(checkLag()).rejects.toThrow("lacks what was sold 11 s ago")
    expect(await readiness()).toMatchObject({
      status: "degraded",
      checks: expect.arrayContaining([
        { name: "realtime ranking", ok: false, reason: expect.stringMatching(/lacks what was sold/) },
      ]),
    })
    await relay.relayAll()
    await checkLag()
    time += 10_001
    await expect(checkLag()).rejects.toThrow("lacks what was sold 10 s ago")
    await live.catchUp()
    await checkLag()
    time += 60_000
    await checkLag()
    await expect.poll(readiness).toMatchObject({ status: "ready" })
  })

  it("is not served when nobody moved it to the new day", async () => {
    const nextNoon = new Date(`${new Date(Date.now() + 86_400_000).toISOString().slice(0, 10)}T12:00:00Z`)
    await expect(ranked(() => nextNoon)).rejects.toMatchObject({ code: "UNAVAILABLE" })
  })

  it("is built while orders go on, by two processes at once, in commands of at most a chunk", async () => {
    await db.$executeRaw`
      INSERT INTO product_sales (day, product_id, quantity, revision)
      SELECT (now() AT TIME ZONE 'UTC')::date - d, n, 1, 1
      FROM generate_series(0, 2) d, generate_series(1, 3000) n ON CONFLICT DO NOTHING`
    await redis.flushdb()
    const lengths: number[] = []
    const watched = new Proxy(redis, {
      get(own, name): unknown {
        const value: unknown = Reflect.get(own, name)
        if (name !== "evalsha" || typeof value !== "function") return value
        return (...args: unknown[]) => {
          lengths.push(args.length)
          return Reflect.apply(value, own, args) as unknown
        }
      },
    })
    const another = createLiveRanking({ ...shop.deps, db, redis: watched })
    const orders = Promise.all([order(1, 1), order(2, 1), order(3, 1)]).then(() => relay.relayAll())
    await Promise.all([live.catchUp(), another.catchUp(), orders])
    await bring()
    expect(await drift()).toBe(0)
    expect(
      await redis.zscore(rankingSetKey(defined((await readLiveState(redis)).live).generation), memberOf(1)),
    ).toBe("4")
    expect(Math.max(...lengths)).toBeLessThanOrEqual(2_010)
  })

  it("is found to be wrong and rebuilt", async () => {
    await order(1, 2)
    await bring()
    const key = rankingSetKey(defined((await readLiveState(redis)).live).generation)
    await redis.zincrby(key, 3, memberOf(1))
    await redis.zadd(key, 4, memberOf(9))
    expect(await drift()).toBe(7)
    await compareRanking({ ...shop.deps, drift, live })
    expect(await drift()).toBe(0)
    expect(await ranked()).toEqual({ 1: 2 })
  })

  it("does not count as wrong what Redis has not received yet", async () => {
    await order(1, 2)
    await relay.relayAll()
    expect(await drift()).toBe(0)
    expect((await salesState(db)).revision).toBeGreaterThan(1)
  })
})
