import { afterAll, beforeEach, describe, expect, it, vi } from "vitest"
import { defined } from "./support/defined.ts"
import { AcceptedClaim, CouponList } from "../src/coupons/schema.ts"
import { SeedResult } from "../src/lab/schema.ts"
import { startShop } from "./support/api.ts"
import { keyed, nth, times } from "./support/trade.ts"
import { createChangeTotal } from "./support/change-total.ts"

const shop = await startShop()
const changeTotal = createChangeTotal(shop)
afterAll(() => shop[Symbol.asyncDispose]())

const CALLERS = 300

async function seed(request: object = {}) {
  const answer = await shop.request.post("/init").send(request)
  expect(answer.status).toBe(200)
  const { policyIds } = SeedResult.parse(answer.body)
  const { body: first } = await shop.request.get("/users/id?name=u1")
  const firstUser = Number(first)
  return { policyId: nth(policyIds, 1), policyIds, user: (n: number) => firstUser + n - 1 }
}

const claim = async (userId: number, policyId: number, key?: string) =>
  shop.request.post(`/coupons?userId=${userId}&policyId=${policyId}`).set(keyed(key))

const couponsOf = async (userId: number, query = "") =>
  CouponList.parse((await shop.request.get(`/users/${userId}/coupons${query}`)).body)

const allCoupons = () => shop.deps.readDb.coupon.count()
/** Waits until nothing that was accepted is still pending. */
async function drained() {
  await vi.waitFor(async () => expect(await waitingClaims()).toBe(0), { timeout: 10_000, interval: 20 })
}

const waitingClaims = () => shop.deps.readDb.couponClaim.count()

describe("a coupon claim", () => {
  it("is accepted at once and becomes a coupon soon", async () => {
    const { user, policyId } = await seed()
    const answer = await claim(user(1), policyId)
    expect(answer.status).toBe(201)
    expect(AcceptedClaim.parse(answer.body)).toMatchObject({ userId: user(1), policyId, status: "accepted" })
    await expect
      .poll(() => couponsOf(user(1)))
      .toMatchObject([{ policyId, discount: 2_000, discountRate: 0 }])
  })

  it("is refused for a policy or a user that does not exist", async () => {
    const { user, policyId } = await seed({ users: 1, policies: 1 })
    expect(await claim(user(1), policyId + 1)).toMatchObject({
      status: 404,
      body: { code: "POLICY_NOT_FOUND" },
    })
    expect(await claim(user(2), policyId)).toMatchObject({ status: 404, body: { code: "USER_NOT_FOUND" } })
  })

  it.each(["", "?userId=1", "?userId=a&policyId=1", "?userId=1&policyId=0", "?userId=1&userId=2&policyId=1"])(
    "is refused when its query is %j",
    async (query) => {
      expect(await shop.request.post(`/coupons${query}`)).toMatchObject({
        status: 400,
        body: { code: "BAD_REQUEST" },
      })
    },
  )

  it("is refused outside the policy's time window", async () => {
    const { user, policyIds } = await seed({ policies: 2 })
    const [early = 0, late = 0] = policyIds
    const { readDb } = shop.deps
    const hour = 3_600_000
    await readDb.couponPolicy.update({
      where: { id: early },
      data: { startsAt: new Date(Date.now() + hour) },
    })
    await readDb.couponPolicy.update({ where: { id: late }, data: { endsAt: new Date(Date.now() - 1) } })
    expect(await claim(user(1), early)).toMatchObject({ status: 400, body: { code: "POLICY_NOT_OPEN" } })
    expect(await claim(user(1), late)).toMatchObject({ status: 400, body: { code: "POLICY_NOT_OPEN" } })
  })

  it("is granted exactly as often as the policy's total when 300 users claim at once", async () => {
    const { user, policyId } = await seed({ couponsPerPolicy: 100, policies: 1 })
    const answers = await Promise.all(times(CALLERS, (n) => claim(user(n + 1), policyId)))
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(100)
    const refused = answers.filter(({ status }) => status === 409)
    expect(refused).toHaveLength(200)
    expect(new Set(refused.map(({ text }) => text)).size).toBe(1)
    await drained()
    expect(await allCoupons()).toBe(100)
  })

  it("is granted to one user as often as the limit that claims 300 times at once", async () => {
    const { user, policyId } = await seed({ perUserLimit: 2, policies: 1 })
    const answers = await Promise.all(times(CALLERS, () => claim(user(1), policyId)))
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(2)
    const codes = answers.filter(({ status }) => status === 409).map(({ body }) => body)
    expect(codes).toHaveLength(298)
    expect(codes[0]).toMatchObject({ code: "COUPON_LIMIT_REACHED" })
    await drained()
    expect(await couponsOf(user(1))).toHaveLength(2)
  })

  it("becomes a coupon without fail when 300 claims over five policies are accepted", async () => {
    const { user, policyIds } = await seed()
    const answers = await Promise.all(times(CALLERS, (n) => claim(user(n + 1), nth(policyIds, 1 + (n % 5)))))
    const claimIds = answers.map(({ body }) => AcceptedClaim.parse(body).claimId)
    await drained()
    const granted = await shop.deps.readDb.coupon.findMany({ select: { claimId: true } })
    expect(granted.map(({ claimId }) => claimId).toSorted()).toEqual(claimIds.toSorted())
  })
})

describe("a claim with an Idempotency-Key", () => {
  it("is one claim with one answer when it is sent 300 times at once", async () => {
    const { user, policyId } = await seed()
    const answers = await Promise.all(times(CALLERS, () => claim(user(1), policyId, "once")))
    expect(new Set(answers.map(({ text, status }) => `${status} ${text}`)).size).toBe(1)
    await drained()
    expect(await allCoupons()).toBe(1)
    expect((await claim(user(1), policyId, "once")).text).toBe(answers[0]?.text)
  })

  it("is refused again with the same bytes, and granted once there are more coupons", async () => {
    const { user, policyId } = await seed({ couponsPerPolicy: 1, policies: 1 })
    await claim(user(1), policyId)
    const refused = await claim(user(2), policyId, "late")
    expect(refused.status).toBe(409)
    expect(await claim(user(2), policyId, "late")).toMatchObject({ status: 409, text: refused.text })
    await changeTotal(policyId, 2)
    await expect
      .poll(() => claim(user(2), policyId, "late"), { timeout: 10_000 })
      .toMatchObject({ status: 201 })
  })

  it("is answered as before when its policy is sold out by then, whether it waits or is a coupon", async () => {
    const { user, policyId } = await seed({ couponsPerPolicy: 1, policies: 1 })
    const first = await claim(user(1), policyId, "mine")
    expect(await claim(user(2), policyId)).toMatchObject({ status: 409 })
    expect(await claim(user(1), policyId, "mine")).toMatchObject({ status: 201, text: first.text })
    await drained()
    expect(await claim(user(2), policyId)).toMatchObject({ status: 409 })
    expect(await claim(user(1), policyId, "mine")).toMatchObject({ status: 201, text: first.text })
  })

  it("is refused with 422 when the key comes with another payload", async () => {
    const { user, policyId } = await seed()
    await claim(user(1), policyId, "mine")
    expect(await claim(user(2), policyId, "mine")).toMatchObject({
      status: 422,
      body: { code: "IDEMPOTENCY_MISMATCH" },
    })
  })

  it("is still known after Redis lost everything", async () => {
    const { user, policyId } = await seed()
    const first = await claim(user(1), policyId, "kept")
    await drained()
    await shop.redis.flushdb()
    expect(await claim(user(2), policyId)).toMatchObject({ status: 201 })
    expect(await claim(user(1), policyId, "kept")).toMatchObject({ status: 201, text: first.text })
    expect(await claim(user(2), policyId, "kept")).toMatchObject({ status: 422 })
  })
})

async function askAgain(asked: [number, string, number[]][], at: number): Promise<number[]> {
  const [userId, query] = asked[at % asked.length] ?? [0, ""]
  return (await couponsOf(userId, query)).map(({ policyId }) => policyId)
}

describe("the coupons of a user", () => {
  beforeEach(async () => {
    await shop.request.post("/init")
  })

  it("are those that can be used now, oldest first, unless all are asked for", async () => {
    const { user, policyIds } = await seed()
    for (const policyId of policyIds.slice(0, 3)) await claim(user(1), policyId)
    await drained()
    const [used, expired, usable] = await couponsOf(user(1))
    const { coupon } = shop.deps.writeDb
    const longAgo = new Date("2020-01-01")
    await coupon.update({ where: { id: defined(used).couponId }, data: { usedAt: new Date() } })
    await coupon.update({
      where: { id: defined(expired).couponId },
      data: { issuedAt: longAgo, expiresAt: new Date("2020-01-02") },
    })
    expect(await couponsOf(user(1))).toEqual([usable])
    expect((await couponsOf(user(1), "?status=all")).map(({ policyId }) => policyId)).toEqual(
      policyIds.slice(0, 3),
    )
    expect(await couponsOf(user(1), "?status=all&limit=1")).toHaveLength(1)
  })

  it("are each user's own, from where and as many as each asks for, when many ask at once", async () => {
    const { user, policyIds } = await seed({ users: 3, policies: 4 })
    for (const policyId of policyIds) await Promise.all([claim(user(1), policyId), claim(user(2), policyId)])
    await drained()
    const [, second = 0] = (await couponsOf(user(1))).map(({ couponId }) => couponId)

    const asked: [number, string, number[]][] = [
      [user(1), "", policyIds],
      [user(1), "?limit=2", policyIds.slice(0, 2)],
      [user(1), `?after=${second}`, policyIds.slice(2)],
      [user(1), `?after=${second}&limit=1`, policyIds.slice(2, 3)],
      [user(2), "?limit=1000", policyIds],
      [user(3), "", []],
    ]
    const lists = await Promise.all(times(60, (at) => askAgain(asked, at)))
    expect(lists).toEqual(times(60, (at) => asked[at % asked.length]?.[2]))
  })

  it("are an empty list for a user without any, and 404 for nobody", async () => {
    const { user } = await seed({ users: 1 })
    expect(await couponsOf(user(1))).toEqual([])
    await shop.request.get(`/users/${user(2)}/coupons`).expect(404)
  })
})
