import { afterAll, describe, expect, it } from "vitest"
import { claimBatch } from "../src/coupons/claim.ts"
import type { IdentifiedClaim } from "../src/coupons/claim-rows.ts"
import { createDrain } from "../src/coupons/drain.ts"
import type { Tx } from "../src/infra/db.ts"
import { startApi, startShop } from "./support/api.ts"
import { createTrade, insist, outcomeOf } from "./support/trade.ts"
import { createChangeTotal } from "./support/change-total.ts"

const shop = await startShop({ worker: false })
const changeTotal = createChangeTotal(shop)
afterAll(() => shop[Symbol.asyncDispose]())
const trade = createTrade(shop.request)
const { readDb, writeDb } = shop.deps
const drain = createDrain({ ...shop.deps, db: writeDb })

const claimOf = (userId: number, policyId: number, key?: string): IdentifiedClaim => ({
  userId,
  policyId,
  claimId: key ?? crypto.randomUUID(),
  keyed: key !== undefined,
})

/** A batch of its own transaction, which its caller commits. */
const batchIn = (tx: Tx, claim: IdentifiedClaim) =>
  claimBatch({ $queryRaw: tx.$queryRaw.bind(tx), $executeRaw: tx.$executeRaw.bind(tx), andCommit: tx }, [
    claim,
  ])

/** A batch that has written its claims and commits when `commit` is called. */
async function openBatch(claim: IdentifiedClaim) {
  const [written, release] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
  const committed = writeDb.$transaction(async (tx) => {
    const decisions = await batchIn(tx, claim)
    written.resolve()
    await release.promise
    return decisions
  })
  await Promise.race([written.promise, committed])
  return {
    async commit() {
      release.resolve()
      return (await committed).map(({ outcome }) => outcome)
    },
  }
}

/** A batch of another process, which is in progress when this returns and waits for a lock. */
async function waitingBatch(claim: IdentifiedClaim) {
  const outcomes = writeDb
    .$transaction((tx) => batchIn(tx, claim))
    .then((decisions) => decisions.map(({ outcome }) => outcome))
  outcomes.catch(() => undefined)
  await expect.poll(waitingSessions).toBe(1)
  return { outcomes }
}

async function waitingSessions(): Promise<number> {
  const [row] = await readDb.$queryRaw<{ waiting: number }[]>`
    SELECT count(*)::int AS waiting FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock'`
  return Number(row?.waiting)
}

describe("two processes that claim at the same instant", () => {
  it("share a user's limit: the second sees what the first has committed", async () => {
    const { user, policy } = await trade.seed({ policies: 1, perUserLimit: 1 })
    const first = await openBatch(claimOf(user(1), policy(1)))
    const second = await waitingBatch(claimOf(user(1), policy(1)))
    expect(await first.commit()).toEqual(["accepted"])
    expect(await second.outcomes).toEqual(["limit_reached"])
  })

  it("share a policy's total: the second sees what the first has committed", async () => {
    const { user, policy } = await trade.seed({ policies: 1, couponsPerPolicy: 1 })
    const first = await openBatch(claimOf(user(1), policy(1)))
    const second = await waitingBatch(claimOf(user(2), policy(1)))
    expect(await first.commit()).toEqual(["accepted"])
    expect(await second.outcomes).toEqual(["sold_out"])
  })

  it("share a key, also when it comes with another policy", async () => {
    const { user, policy } = await trade.seed({ policies: 2 })
    const key = crypto.randomUUID()
    const first = await openBatch(claimOf(user(1), policy(1), key))
    const second = await waitingBatch(claimOf(user(1), policy(2), key))
    expect(await first.commit()).toEqual(["accepted"])
    expect(await second.outcomes).toEqual(["mismatch"])
    await drain.drainAll()
    expect(await trade.violations()).toEqual({})
  })

  it("do not wait for each other when they claim of different policies", async () => {
    const { user, policy } = await trade.seed({ policies: 2 })
    const first = await openBatch(claimOf(user(1), policy(1), crypto.randomUUID()))
    const second = await openBatch(claimOf(user(1), policy(2), crypto.randomUUID()))
    expect(await second.commit()).toEqual(["accepted"])
    expect(await first.commit()).toEqual(["accepted"])
  })
})

describe("a claim while its policy is changed", () => {
  it("is decided with the total that was committed", async () => {
    const { user, policy } = await trade.seed({ policies: 1, couponsPerPolicy: 5 })
    const [lowered, release] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    const change = writeDb.$transaction(async (tx) => {
      await tx.$executeRaw`UPDATE coupon_policies SET total = 0 WHERE id = ${policy(1)}::int`
      lowered.resolve()
      await release.promise
    })
    await lowered.promise
    const claim = await waitingBatch(claimOf(user(1), policy(1)))
    release.resolve()
    await change
    expect(await claim.outcomes).toEqual(["sold_out"])
  })

  it("makes the change wait, which is refused then", async () => {
    const { user, policy } = await trade.seed({ policies: 1, couponsPerPolicy: 5 })
    const claim = await openBatch(claimOf(user(1), policy(1)))
    const change = changeTotal(policy(1), 0)
    change.catch(() => undefined)
    await expect.poll(waitingSessions).toBe(1)
    expect(await claim.commit()).toEqual(["accepted"])
    await expect(change).rejects.toMatchObject({ code: "TOTAL_BELOW_CLAIMED" })
  })
})

describe("a claim whose commit fails", () => {
  it("is not answered 201, and leaves nothing", async () => {
    const { user, policy } = await trade.seed({ policies: 1 })
    await writeDb.$executeRaw`
      CREATE FUNCTION refuse_commit() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'no commit'; END $$`
    await writeDb.$executeRaw`
      CREATE CONSTRAINT TRIGGER refuse_commit AFTER INSERT ON coupon_claims DEFERRABLE INITIALLY DEFERRED
      FOR EACH ROW EXECUTE FUNCTION refuse_commit()`
    const answer = await trade.claim({ userId: user(1), policyId: policy(1) })
    await writeDb.$executeRaw`DROP FUNCTION refuse_commit CASCADE`
    expect(answer.status).toBe(500)
    expect(await readDb.couponClaim.count()).toBe(0)
    expect(await trade.violations()).toEqual({})
  })
})

describe("the drain", () => {
  it("leaves alone what another has begun to move, and moves the rest", async () => {
    const { user, policy } = await trade.seed({ policies: 1 })
    for (const n of [1, 2, 3]) await trade.claim({ userId: user(n), policyId: policy(1) })
    const [locked, release] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    const other = writeDb.$transaction(async (tx) => {
      await tx.$queryRaw`SELECT id FROM coupon_claims ORDER BY id LIMIT 1 FOR UPDATE`
      locked.resolve()
      await release.promise
    })
    await locked.promise
    expect(await drain.drainAll()).toBe(2)
    expect(await trade.violations()).toEqual({})
    release.resolve()
    await other
    expect(await drain.drainAll()).toBe(1)
    expect(await trade.violations()).toEqual({})
  })

  it("does not wait for claims, nor they for it", async () => {
    const { user, policy } = await trade.seed({ policies: 1 })
    await trade.claim({ userId: user(1), policyId: policy(1) })
    const open = await openBatch(claimOf(user(1), policy(1)))
    expect(await drain.drainAll()).toBe(1)
    expect(await open.commit()).toEqual(["accepted"])
    expect(await drain.drainAll()).toBe(1)
    expect(await trade.violations()).toEqual({})
  })
})

describe("a claim that the database refuses as a coupon", () => {
  it("keeps waiting, where the audit counts it, and holds nobody else up", async () => {
    const { user, policy } = await trade.seed({ policies: 1 })
    for (const n of [1, 2, 3]) await trade.claim({ userId: user(n), policyId: policy(1) })
    await writeDb.$executeRaw`
      INSERT INTO coupons (policy_id, user_id, user_ordinal, claim_id, discount_amount, discount_rate_bp, expires_at)
      VALUES (${policy(1)}::int, ${user(1)}::int, 1, gen_random_uuid(), 1, 0, now() + interval '1 day')`
    const once = createDrain({ ...shop.deps, db: writeDb })
    await once.drainAll()
    await trade.claim({ userId: user(4), policyId: policy(1) })
    expect(await once.drainAll()).toBe(1)
    const waiting = await readDb.couponClaim.findMany()
    expect(waiting).toMatchObject([{ userId: user(1) }])
    expect(await trade.violations()).toMatchObject({ "claims-counted": 1 })
    await writeDb.$executeRaw`DELETE FROM coupons WHERE user_id = ${user(1)}::int`
    expect(await drain.drainAll()).toBe(1)
    expect(await trade.violations()).toEqual({})
  })
})

describe("claims of two API processes", () => {
  it("have the limit and the key in common", async () => {
    await using other = await startApi(shop)
    const { user, policy } = await trade.seed({ policies: 2, perUserLimit: 1 })
    const claim = { userId: user(1), policyId: policy(1) }
    const first = await insist(() => trade.claim(claim, "mine"))
    const elsewhere = createTrade(other.request)
    expect((await insist(() => elsewhere.claim(claim, "mine"))).text).toBe(first.text)
    expect(outcomeOf(await insist(() => elsewhere.claim(claim)))).toBe("COUPON_LIMIT_REACHED")
    const asked = { ...claim, policyId: policy(2) }
    expect(outcomeOf(await insist(() => elsewhere.claim(asked, "mine")))).toBe("IDEMPOTENCY_MISMATCH")
  })
})
