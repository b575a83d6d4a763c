import { afterAll, beforeEach, describe, expect, it, onTestFinished } from "vitest"
import { rankingKey, shopKey } from "../src/infra/keys.ts"
import { SeedResult } from "../src/lab/schema.ts"
import { rankedDays } from "../src/rankings/days.ts"
import { createRelay } from "../src/rankings/relay.ts"
import { lockShopExclusive } from "../src/shop/epoch.ts"
import { rebuildShop } from "../src/shop/rebuild.ts"
import { startApi, startShop, startWorker } from "./support/api.ts"

const shop = await startShop({ worker: false })
afterAll(() => shop[Symbol.asyncDispose]())

const times = <T>(n: number, make: (index: number) => T) =>
  Array.from({ length: n }, (_, index) => make(index))
const claim = (userId: number, policyId: number) =>
  shop.post(`/coupons?userId=${userId}&policyId=${policyId}`)

async function fill(filling: object = {}) {
  const { policyIds, epoch } = SeedResult.parse((await shop.post("/init", { body: filling })).body)
  const firstUser = Number((await shop.get("/users/id?name=u1")).body)
  return { epoch, policyId: policyIds[0] ?? 0, user: (n: number) => firstUser + n - 1 }
}

/** Until the end of the test. */
async function runWorker() {
  const worker = await startWorker(shop)
  onTestFinished(() => worker[Symbol.asyncDispose]())
}

const violationsOf = async () => {
  const { checks } = await shop.services.audit.run()
  return checks.filter(({ violations }) => violations !== 0)
}

describe("Redis without the shop", () => {
  beforeEach(async () => {
    await fill()
  })

  it("makes the realtime ranking answer 503 at once, and nothing else", async () => {
    const { user, policyId } = await fill()
    await shop.redis.flushdb()
    const refused = await shop.get("/products/top/realtime")
    expect(refused).toMatchObject({ status: 503, body: { code: "UNAVAILABLE" } })
    expect(refused.headers.get("retry-after")).toBe("1")
    expect(await claim(user(1), policyId)).toMatchObject({ status: 201 })
    expect(await shop.get("/products")).toMatchObject({ status: 200 })
    expect(await shop.get("/readyz")).toMatchObject({ status: 200 })
  })

  it("is open to every API process as soon as one of them has filled it", async () => {
    await using other = await startApi(shop)
    await shop.redis.del(shopKey)
    await other.deps.view.refresh()
    await fill()
    expect(await other.get("/products/top/realtime")).toMatchObject({ status: 200 })
  })

  it("counts orders once that were on their way to the ranking when it was lost", async () => {
    const { user } = await fill({ topSold: [5], price: 1 })
    await shop.post(`/users/${user(1)}/balance`, { body: { amount: 1_000 } })
    const items = [{ productId: 1, quantity: 2 }]
    await Promise.all(times(20, () => shop.post("/orders", { body: { userId: user(1), items } })))
    const { writeDb, redis } = shop.deps
    expect(await writeDb.outboxEvent.count()).toBeGreaterThan(0)
    await writeDb.$transaction(async (tx) =>
      rebuildShop(tx, { redis, epoch: await lockShopExclusive(tx), now: new Date() }),
    )
    expect(await violationsOf()).toEqual([])
    await createRelay({ ...shop.deps, db: writeDb }).relayAll()
    expect(await violationsOf()).toEqual([])
    const { body } = await shop.get("/products/top/realtime")
    expect(body).toEqual([{ productId: 1, name: "p1", soldQty: 15 + 40 }])
  })

  it("is not trusted after a restart, even when it kept its data", async () => {
    await shop.redis.hset(shopKey, "runId", "of-a-process-before")
    await shop.deps.view.refresh()
    expect(await shop.get("/products/top/realtime")).toMatchObject({ status: 503 })
    await runWorker()
    await expect.poll(() => shop.get("/products/top/realtime")).toMatchObject({ status: 200 })
  })
})

describe("the reconciler", () => {
  it("finds a ranking that was counted wrongly", async () => {
    const { epoch } = await fill()
    const [today = ""] = rankedDays(new Date())
    await shop.redis.zincrby(rankingKey(epoch, today), 3, "1")
    expect(await violationsOf()).toMatchObject([{ id: "ranking-equals-recount", violations: 3 }])
  })
})
