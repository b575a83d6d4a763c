import { readFile } from "node:fs/promises"
import { afterAll, describe, expect, it } from "vitest"
import { AcceptedClaim } from "../src/coupons/schema.ts"
import { createDrain } from "../src/coupons/drain.ts"
import { rowIdentity } from "../src/idempotency/identity.ts"
import { startShop, startWorker } from "./support/api.ts"
import { keepOldAnswers } from "./support/old-answers.ts"
import { createTrade } from "./support/trade.ts"

const shop = await startShop({ worker: false })
afterAll(() => shop[Symbol.asyncDispose]())
const trade = createTrade(shop.request)

const MIGRATION = new URL(
  "../../../prisma/migrations/20261125100000_coupon_claims/migration.sql",
  import.meta.url,
)
const WITHIN = { timeout: 10_000 }

describe("what an older version promised in Redis", () => {
  const promise = (
    epoch: string,
    own: { claimId?: string; policyId: number; userId: number; key?: string },
  ) => {
    const entry = { claimId: crypto.randomUUID(), claimedAt: 1, hash: "", key: "", ...own }
    return shop.redis.xadd(`saleproof:${epoch}:claims:pending`, "*", ...Object.entries(entry).flat())
  }

  it("becomes coupons when a worker starts, each once, and its keys are gone", async () => {
    const { user, policy } = await trade.seed({ policies: 1, perUserLimit: 2 })
    const known = AcceptedClaim.parse((await trade.claim({ userId: user(1), policyId: policy(1) })).body)
    await createDrain({ ...shop.deps, db: shop.deps.writeDb }).drainAll()
    await shop.deps.writeDb.couponPolicy.updateMany({ data: { endsAt: new Date() } })
    const [epoch, older] = [crypto.randomUUID(), crypto.randomUUID()]
    const claim = { userId: user(2), policyId: policy(1) }
    await promise(epoch, known)
    await promise(epoch, { ...claim, key: "kept" })
    await promise(epoch, { ...claim, key: "kept" })
    await promise(epoch, { ...claim })
    await promise(older, { ...claim, policyId: policy(1) - 1 })
    await shop.redis.hset(`saleproof:${epoch}:policy:${policy(1)}`, "claimed", 3)
    await using running = new AsyncDisposableStack()
    running.use(await startWorker(shop))
    await expect.poll(() => trade.couponsOf(user(2), "all"), WITHIN).toHaveLength(2)
    expect(await trade.couponsOf(user(1), "all")).toHaveLength(1)
    expect(await trade.claim(claim, "kept")).toMatchObject({ status: 201 })
    await expect.poll(() => shop.redis.keys("saleproof:*-*:claims:*"), WITHIN).toEqual([])
    await expect.poll(() => shop.redis.keys("saleproof:*-*:policy:*"), WITHIN).toEqual([])
    await expect.poll(() => trade.violations(), WITHIN).toEqual({})
  })

  it("is found by the key that it had, after the migration", async () => {
    const { user, policy } = await trade.seed({ policies: 1, users: 1 })
    const claim = { userId: user(1), policyId: policy(1) }
    const { claimId } = AcceptedClaim.parse((await trade.claim(claim)).body)
    await createDrain({ ...shop.deps, db: shop.deps.writeDb }).drainAll()
    await using old = await keepOldAnswers(shop.deps.writeDb)
    await old.keep({ operation: "coupons", key: "kept", body: { claimId } })
    const [identities = ""] = /WITH digests[^;]*;/.exec(await readFile(MIGRATION, "utf8")) ?? []
    await shop.deps.writeDb.$executeRawUnsafe(identities)
    expect(await trade.claim(claim, "kept")).toMatchObject({ status: 201 })
    expect(await shop.deps.readDb.couponClaim.count()).toBe(0)
    const coupons = await shop.deps.readDb.coupon.findMany()
    expect(coupons.map((coupon) => coupon.claimId)).toEqual([
      rowIdentity({ operation: "coupons", key: "kept" }),
    ])
  })
})
