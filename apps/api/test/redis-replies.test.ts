import { Redis } from "ioredis"
import { describe, expect, it, onTestFinished } from "vitest"
import { liveRankingKey, nextRankingKey } from "../src/infra/keys.ts"
import { startShop } from "./support/api.ts"
import { startPausableProxy } from "./support/pausable-proxy.ts"
import { openShop, runShop, startRedis } from "./support/services.ts"
import { createTrade } from "./support/trade.ts"

const OPERATOR = ["--user", "operator", "on", "nopass", "~*", "&*", "+@all"]

function connect(url: string): Redis {
  const redis = new Redis(url)
  onTestFinished(() => redis.disconnect())
  return redis
}

describe("a Redis that holds something else under the ranking's keys", () => {
  it("is put right, and the audit is clean then", async () => {
    await using shop = await startShop()
    const trade = createTrade(shop.request)
    await trade.seed()
    await shop.redis.del(liveRankingKey, nextRankingKey)
    await shop.redis.set(liveRankingKey, "of another program")
    await shop.redis.sadd(nextRankingKey, "of another program")
    expect([200, 503]).toContain((await shop.request.get("/products/top/realtime")).status)
    await expect.poll(() => shop.request.get("/products/top/realtime")).toMatchObject({ status: 200 })
    await expect.poll(() => trade.violations()).toEqual({})
  })
})

describe("a Redis that permits nothing any more", () => {
  it("costs the realtime ranking alone, and that until it permits it again", async () => {
    const { databaseUrl } = await openShop({})
    const redisUrl = await startRedis(...OPERATOR)
    const operator = connect(redisUrl.replace("redis://", "redis://operator:any@"))
    const { request } = await runShop({ databaseUrl, redisUrl })
    const trade = createTrade(request)
    const { user, product, policy } = await trade.seed({ users: 2 })
    await operator.call("ACL", "SETUSER", "default", "-@all")
    const refused = await request.get("/products/top/realtime")
    expect(refused).toMatchObject({ status: 503, body: { code: "UNAVAILABLE" } })
    expect(refused.headers["retry-after"]).toBe("1")
    expect(await request.get("/readyz")).toMatchObject({ status: 200, body: { status: "degraded" } })
    await trade.charge(user(1), 10_000)
    const items = [{ productId: product(1), quantity: 1 }]
    const couponId = await trade.couponFrom(policy(1), user(1))
    expect(await trade.order({ userId: user(1), couponId, items })).toMatchObject({ status: 201 })
    expect(await request.get("/audit")).toMatchObject({ status: 503, body: { code: "UNAVAILABLE" } })

    await operator.call("ACL", "SETUSER", "default", "+@all")
    await expect.poll(() => request.get("/readyz")).toMatchObject({ body: { status: "ready" } })
    await expect.poll(() => trade.violations()).toEqual({})
  })

  it("is followed when its password changes and changes back", async () => {
    const { databaseUrl } = await openShop({})
    const redisUrl = await startRedis(...OPERATOR)
    const operator = connect(redisUrl.replace("redis://", "redis://operator:any@"))
    const { request } = await runShop({ databaseUrl, redisUrl })
    const trade = createTrade(request)
    const { user, policy } = await trade.seed({ users: 2 })
    await operator.config("SET", "requirepass", "other")
    await operator.call("CLIENT", "KILL", "USER", "default")
    expect(await request.get("/products/top/realtime")).toMatchObject({ status: 503 })
    expect(await request.get("/readyz")).toMatchObject({ status: 200, body: { status: "degraded" } })
    await trade.couponFrom(policy(1), user(1))
    await operator.config("SET", "requirepass", "")
    await expect.poll(() => request.get("/readyz")).toMatchObject({ body: { status: "ready" } })
    await expect.poll(() => trade.violations()).toEqual({})
  })
})

describe("a Redis that becomes a replica", () => {
  it("is left for the primary that is behind the same address by then", async () => {
    const { databaseUrl } = await openShop({})
    const [former, primary] = [await startRedis(), await startRedis()]
    const proxy = await startPausableProxy({ url: former })
    onTestFinished(() => proxy[Symbol.asyncDispose]())
    const { request } = await runShop({ databaseUrl, redisUrl: proxy.url })
    const trade = createTrade(request)
    const { user, product } = await trade.seed({ users: 1, topSold: [] })
    await trade.charge(user(1), 10_000)
    proxy.redirect(primary)
    const { hostname, port } = new URL(primary)
    await connect(former).call("REPLICAOF", hostname, port)
    await trade.order({ userId: user(1), items: [{ productId: product(3), quantity: 1 }] })
    await expect
      .poll(() => request.get("/products/top/realtime"))
      .toMatchObject({ status: 200, body: [{ productId: product(3), soldQty: 1 }] })
    await expect.poll(() => trade.violations()).toEqual({})
  })
})
