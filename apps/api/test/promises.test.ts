import { afterAll, describe, expect, it, onTestFinished } from "vitest"
import { createAudit } from "../src/audit/service.ts"
import { AcceptedClaim } from "../src/coupons/schema.ts"
import { createDrain } from "../src/coupons/drain.ts"
import { QUEUE_PREFIX, limitReachedKey, soldOutKey } from "../src/infra/keys.ts"
import { startApi, startShop, startWorker } from "./support/api.ts"
import { createTrade, insist, outcomeOf, tally, times } from "./support/trade.ts"
import { createChangeTotal } from "./support/change-total.ts"

const shop = await startShop({ worker: false })
const changeTotal = createChangeTotal(shop)
afterAll(() => shop[Symbol.asyncDispose]())
const trade = createTrade(shop.request)

const WITHIN = { timeout: 10_000 }
const NO_REDIS = "redis://127.0.0.1:1"

/** Until the end of the test. */
async function runWorker(services: Partial<typeof shop> = {}) {
  const worker = await startWorker({ ...shop, ...services })
  onTestFinished(() => worker[Symbol.asyncDispose]())
}

async function acceptedClaims(count: number, request: object = {}) {
  const seeded = await trade.seed({ policies: 1, ...request })
  const answers = await Promise.all(
    times(count, (n) => trade.claim({ userId: seeded.user(n + 1), policyId: seeded.policy(1) })),
  )
  return { ...seeded, claimIds: answers.map(({ body }) => AcceptedClaim.parse(body).claimId) }
}

const grantedIds = async () =>
  (await shop.deps.readDb.coupon.findMany({ select: { claimId: true } })).map(({ claimId }) => claimId)

/** What the database alone shows; the ranking may still be rebuilt after Redis lost it. */
async function violations() {
  const { checks } = await createAudit({ db: shop.deps.readDb }).run()
  return Object.fromEntries(checks.flatMap(({ id, violations: n }) => (n === 0 ? [] : [[id, n]])))
}

/** The promises that are coupons once as many are there, and what the audit says then. */
async function granted(claimIds: string[]) {
  await expect.poll(async () => (await grantedIds()).length, WITHIN).toBe(claimIds.length)
  return { claimIds: (await grantedIds()).toSorted(), violations: await violations() }
}

const kept = (claimIds: string[]) => ({ claimIds: claimIds.toSorted(), violations: {} })

describe("claims accepted while no worker runs", () => {
  it("wait, and become coupons when one starts", async () => {
    const { claimIds } = await acceptedClaims(300)
    expect(await shop.deps.readDb.couponClaim.count()).toBe(300)
    expect(await trade.violations()).toEqual({})
    await runWorker()
    expect(await granted(claimIds)).toEqual(kept(claimIds))
  })

  it("become coupons also when Redis loses everything before that", async () => {
    const { claimIds } = await acceptedClaims(300)
    await shop.redis.flushdb()
    await runWorker()
    expect(await granted(claimIds)).toEqual(kept(claimIds))
  })

  it("become coupons also when their job was deleted by hand, and those that follow have jobs again", async () => {
    const { claimIds } = await acceptedClaims(3)
    const drainKey = `${QUEUE_PREFIX}:coupons:de:drain`
    await expect.poll(() => shop.redis.del(`${QUEUE_PREFIX}:coupons:wait`)).toBe(1)
    expect(await shop.redis.get(drainKey)).not.toBeNull()
    await runWorker()
    expect(await granted(claimIds)).toEqual(kept(claimIds))
    await expect.poll(() => shop.redis.get(drainKey), WITHIN).toBeNull()
  })

  it("become coupons of a worker that has no Redis", async () => {
    const { claimIds } = await acceptedClaims(300)
    await runWorker({ redisUrl: NO_REDIS })
    expect(await granted(claimIds)).toEqual(kept(claimIds))
  })

  it("end with their shop when it is seeded again", async () => {
    await acceptedClaims(50)
    const next = await acceptedClaims(1)
    await runWorker()
    expect(await granted(next.claimIds)).toEqual(kept(next.claimIds))
  })

  it("count for the total and for the limit of a user", async () => {
    const { user, policy } = await acceptedClaims(3, { couponsPerPolicy: 4, perUserLimit: 1 })
    const again = () => trade.claim({ userId: user(1), policyId: policy(1) })
    expect(await again()).toMatchObject({ status: 409, body: { code: "COUPON_LIMIT_REACHED" } })
    const last = times(20, (n) => trade.claim({ userId: user(n + 4), policyId: policy(1) }))
    expect(tally(await Promise.all(last))).toEqual({ created: 1, COUPON_SOLD_OUT: 19 })
  })

  it("count as much when they have become coupons", async () => {
    const { user, policy } = await acceptedClaims(3, { couponsPerPolicy: 4, perUserLimit: 1 })
    await createDrain({ ...shop.deps, db: shop.deps.writeDb }).drainAll()
    const again = () => trade.claim({ userId: user(1), policyId: policy(1) })
    expect(await again()).toMatchObject({ status: 409, body: { code: "COUPON_LIMIT_REACHED" } })
    const last = times(20, (n) => trade.claim({ userId: user(n + 4), policyId: policy(1) }))
    expect(tally(await Promise.all(last))).toEqual({ created: 1, COUPON_SOLD_OUT: 19 })
  })
})

describe("Redis that loses everything again and again", () => {
  it("costs no promise and grants no coupon too many, with two API processes", async () => {
    await using other = await startApi(shop)
    const trades = [trade, createTrade(other.request)]
    await runWorker()
    const { user, policy } = await trade.seed({ policies: 1, couponsPerPolicy: 100 })
    const claims = times(300, (n) =>
      insist(() => (trades[n % 2] ?? trade).claim({ userId: user(n + 1), policyId: policy(1) })),
    )
    const flushes = times(30, () => shop.redis.flushdb())
    const answers = await Promise.all(claims)
    await Promise.all(flushes)
    expect(tally(answers)).toEqual({ created: 100, COUPON_SOLD_OUT: 200 })
    const accepted = answers.filter(({ status }) => status === 201)
    const claimIds = accepted.map(({ body }) => AcceptedClaim.parse(body).claimId)
    expect(await granted(claimIds)).toEqual(kept(claimIds))
  })

  it("refuses for as long as it remembers a refusal, and no longer", async () => {
    const { user, policy } = await trade.seed({ policies: 1, users: 3, couponsPerPolicy: 1 })
    const outcome = async (n: number) =>
      outcomeOf(await trade.claim({ userId: user(n), policyId: policy(1) }))
    expect(await outcome(1)).toBe("created")
    expect(await outcome(2)).toBe("COUPON_SOLD_OUT")
    await changeTotal(policy(1), 10)
    await shop.redis.set(soldOutKey(policy(1)), 1)
    await expect.poll(() => outcome(2), WITHIN).toBe("COUPON_SOLD_OUT")
    await shop.redis.del(soldOutKey(policy(1)))
    expect(await outcome(2)).toBe("created")
    await shop.redis.set(limitReachedKey(policy(1), user(3)), 1)
    await expect.poll(() => outcome(3), WITHIN).toBe("COUPON_LIMIT_REACHED")
    expect(await outcome(1)).toBe("created")
    await shop.redis.del(limitReachedKey(policy(1), user(3)))
    expect(await outcome(3)).toBe("created")
  })

  it("is not asked about a policy that refused nobody", async () => {
    const { user, policy } = await trade.seed({ policies: 1, users: 1 })
    await shop.redis.set(soldOutKey(policy(1)), 1)
    expect(await trade.claim({ userId: user(1), policyId: policy(1) })).toMatchObject({ status: 201 })
    await shop.redis.del(soldOutKey(policy(1)))
  })

  it("remembers a refusal for 1 s", async () => {
    const { user, policy } = await trade.seed({ policies: 1, couponsPerPolicy: 1 })
    const claim = () => trade.claim({ userId: user(1), policyId: policy(1) })
    expect(await claim()).toMatchObject({ status: 201 })
    const remembered = async () => {
      expect(await claim()).toMatchObject({ status: 409 })
      return shop.redis.pttl(soldOutKey(policy(1)))
    }
    await expect.poll(remembered, WITHIN).toBeGreaterThan(0)
    expect(await remembered()).toBeLessThanOrEqual(1_000)
  })
})

describe("an API that starts without Redis", () => {
  it("takes claims, orders and charges, and says that it is degraded", async () => {
    await using alone = await startApi({ ...shop, redisUrl: NO_REDIS })
    const without = createTrade(alone.request)
    expect(await alone.request.get("/readyz")).toMatchObject({
      status: 200,
      body: {
        status: "degraded",
        checks: [
          { name: "database", ok: true },
          { name: "redis", ok: false },
          { name: "queue", ok: false },
          { name: "realtime ranking", ok: false },
        ],
      },
    })
    const { user, product, policy } = await without.seed({
      policies: 1,
      perUserLimit: 1,
      couponsPerPolicy: 2,
    })
    const claim = (n: number) => without.claim({ userId: user(n), policyId: policy(1) })
    expect(await claim(1)).toMatchObject({ status: 201 })
    expect(await claim(1)).toMatchObject({ status: 409, body: { code: "COUPON_LIMIT_REACHED" } })
    expect(await claim(2)).toMatchObject({ status: 201 })
    expect(await claim(3)).toMatchObject({ status: 409, body: { code: "COUPON_SOLD_OUT" } })
    expect(await without.charge(user(1), 10_000)).toMatchObject({ status: 201 })
    const items = [{ productId: product(1), quantity: 1 }]
    expect(await without.order({ userId: user(1), items })).toMatchObject({ status: 201 })
    await runWorker({ redisUrl: NO_REDIS })
    await expect.poll(() => without.couponsOf(user(2))).toHaveLength(1)
    expect(await violations()).toEqual({})
  })
})

describe("a claim with an Idempotency-Key", () => {
  it("is found as its coupon however old it is, and nothing else is granted", async () => {
    const { user, policy } = await trade.seed({ policies: 1, users: 1 })
    const claim = () => trade.claim({ userId: user(1), policyId: policy(1) }, "of-the-day-before-yesterday")
    const first = await claim()
    await createDrain({ ...shop.deps, db: shop.deps.writeDb }).drainAll()
    await shop.deps.writeDb.$executeRaw`UPDATE coupons SET issued_at = issued_at - interval '2 days'`
    const again = await Promise.all(times(50, claim))
    expect(new Set(again.map(({ status, text }) => `${status} ${text}`))).toEqual(
      new Set([`201 ${first.text}`]),
    )
    expect(await shop.deps.readDb.couponClaim.count()).toBe(0)
    expect(await violations()).toEqual({})
  })

  it("leaves nothing behind when it is refused", async () => {
    const { user, policy } = await trade.seed({ policies: 1, users: 1, couponsPerPolicy: 0 })
    const refused = times(100, (n) => trade.claim({ userId: user(1), policyId: policy(1) }, `try-${n}`))
    expect(tally(await Promise.all(refused))).toEqual({ COUPON_SOLD_OUT: 100 })
    const { keptAnswer, couponClaim, coupon } = shop.deps.readDb
    expect(await Promise.all([keptAnswer.count(), couponClaim.count(), coupon.count()])).toEqual([0, 0, 0])
  })
})
