import { afterAll, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest"
import { AcceptedClaim } from "../src/coupons/schema.ts"
import { pendingKey, policyKey, rankingKey, shopKey } from "../src/infra/keys.ts"
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

async function acceptedClaims(count: number, filling: object = {}) {
  const filled = await fill(filling)
  const answers = await Promise.all(times(count, (n) => claim(filled.user(n + 1), filled.policyId)))
  const claimIds = answers.map(({ body }) => AcceptedClaim.parse(body).claimId)
  return { ...filled, claimIds }
}

/** Until the end of the test. */
async function runWorker() {
  const worker = await startWorker(shop)
  onTestFinished(() => worker[Symbol.asyncDispose]())
}

const grantedIds = async () =>
  (await shop.deps.readDb.coupon.findMany({ select: { claimId: true } }))
    .map(({ claimId }) => claimId)
    .toSorted()

async function expectGranted(claimIds: string[]) {
  await vi.waitFor(async () => expect(await grantedIds()).toEqual(claimIds.toSorted()), {
    timeout: 10_000,
    interval: 50,
  })
}

const violationsOf = async () => {
  const { checks } = await shop.services.audit.run()
  return checks.filter(({ violations }) => violations !== 0)
}

describe("claims accepted while no worker runs", () => {
  it("wait, and become coupons when one starts", async () => {
    const { claimIds, epoch } = await acceptedClaims(300)
    expect(await shop.redis.xlen(pendingKey(epoch))).toBe(300)
    expect(await violationsOf()).toEqual([])
    await runWorker()
    await expectGranted(claimIds)
    await vi.waitFor(async () => expect(await violationsOf()).toEqual([]))
  })

  it("become coupons also when Redis loses everything before that", async () => {
    const { claimIds } = await acceptedClaims(300)
    await shop.redis.flushdb()
    await runWorker()
    await expectGranted(claimIds)
    await vi.waitFor(async () => expect(await violationsOf()).toEqual([]), { timeout: 10_000 })
  })

  it("die with their shop when it is filled anew", async () => {
    const { epoch } = await acceptedClaims(50)
    await fill()
    await runWorker()
    await expect.poll(() => shop.redis.exists(pendingKey(epoch))).toBe(0)
    const next = await acceptedClaims(1)
    await expectGranted(next.claimIds)
  })

  it("are each one coupon when their entries were appended twice", async () => {
    const { claimIds, epoch } = await acceptedClaims(100)
    const entries = await shop.redis.xrange(pendingKey(epoch), "-", "+")
    for (const [, fields] of entries) await shop.redis.xadd(pendingKey(epoch), "*", ...fields)
    await runWorker()
    await expect.poll(() => shop.redis.xlen(pendingKey(epoch)), { timeout: 10_000 }).toBe(0)
    expect(await grantedIds()).toEqual(claimIds.toSorted())
    expect(await violationsOf()).toEqual([])
  })
})

describe("Redis without the shop", () => {
  beforeEach(async () => {
    await fill()
  })

  it("makes claims and the realtime ranking answer 503 at once, and nothing else", async () => {
    const { user, policyId } = await fill()
    await shop.redis.flushdb()
    const refused = await claim(user(1), policyId)
    expect(refused).toMatchObject({ status: 503, body: { code: "UNAVAILABLE" } })
    expect(refused.headers.get("retry-after")).toBe("1")
    expect(await shop.get("/products/top/realtime")).toMatchObject({ status: 503 })
    expect(await shop.get("/products")).toMatchObject({ status: 200 })
    expect(await shop.get("/readyz")).toMatchObject({ status: 200 })
  })

  it("is open to every API process as soon as one of them has filled it", async () => {
    await using other = await startApi(shop)
    await shop.redis.del(shopKey)
    await other.deps.view.refresh()
    const { user, policyId } = await fill()
    expect(await other.post(`/coupons?userId=${user(1)}&policyId=${policyId}`)).toMatchObject({ status: 201 })
    expect(await other.get("/products/top/realtime")).toMatchObject({ status: 200 })
  })

  it("never gives one coupon too many, and gives all of them after it healed", async () => {
    await runWorker()
    const { user, policyId, claimIds } = await acceptedClaims(60, { couponsPerPolicy: 100, policies: 1 })
    await shop.redis.flushdb()
    const tries = (n: number) =>
      Promise.all(
        times(300, (user_) => claim(user(user_ + 1), policyId).then(({ status }) => status === 201 && n)),
      )
    await tries(1)
    await vi.waitFor(async () => expect((await claim(user(1), policyId)).status).toBe(201), {
      timeout: 10_000,
      interval: 100,
    })
    await tries(2)
    await expect.poll(async () => (await grantedIds()).length, { timeout: 10_000 }).toBe(100)
    expect(await grantedIds()).toEqual(expect.arrayContaining(claimIds))
    await vi.waitFor(async () => expect(await violationsOf()).toEqual([]))
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
    const { user, policyId } = await fill()
    await shop.redis.hset(shopKey, "runId", "of-a-process-before")
    await shop.deps.view.refresh()
    expect(await claim(user(1), policyId)).toMatchObject({ status: 503 })
    await runWorker()
    await expect.poll(() => claim(user(1), policyId), { timeout: 10_000 }).toMatchObject({ status: 201 })
  })
})

describe("the reconciler", () => {
  it("repairs a count in Redis that says more than PostgreSQL granted", async () => {
    const { user, policyId, epoch } = await fill({ couponsPerPolicy: 10, policies: 1 })
    await shop.redis.hset(policyKey(epoch, policyId), "claimed", 10)
    expect(await claim(user(1), policyId)).toMatchObject({ status: 409, body: { code: "COUPON_SOLD_OUT" } })
    expect(await violationsOf()).toMatchObject([{ id: "claims-counted", violations: 10 }])
    await runWorker()
    await expect.poll(() => claim(user(1), policyId), { timeout: 10_000 }).toMatchObject({ status: 201 })
    await vi.waitFor(async () => expect(await violationsOf()).toEqual([]))
  })

  it("makes a policy that was added or changed in PostgreSQL known to Redis", async () => {
    await runWorker()
    const { user, policyId } = await fill({ policies: 1 })
    await shop.deps.writeDb.couponPolicy.update({ where: { id: policyId }, data: { perUserLimit: 1 } })
    await expect.poll(() => violationsOf(), { timeout: 10_000 }).toEqual([])
    expect(await claim(user(1), policyId)).toMatchObject({ status: 201 })
    expect(await claim(user(1), policyId)).toMatchObject({
      status: 409,
      body: { code: "COUPON_LIMIT_REACHED" },
    })
  })

  it("finds a ranking that was counted wrongly", async () => {
    const { epoch } = await fill()
    const [today = ""] = rankedDays(new Date())
    await shop.redis.zincrby(rankingKey(epoch, today), 3, "1")
    expect(await violationsOf()).toMatchObject([{ id: "ranking-equals-recount", violations: 3 }])
  })
})
