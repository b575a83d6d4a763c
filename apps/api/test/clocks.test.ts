import { describe, expect, it, onTestFinished } from "vitest"
import { CouponList } from "../src/coupons/schema.ts"
import { startApi, startWorker } from "./support/api.ts"
import { ROLE_SETTINGS, administer, createRole, openShop } from "./support/services.ts"
import { createTrade } from "./support/trade.ts"

/** A shop without a worker whose database is off by this against the clock of its processes. */
async function openShifted(by: string) {
  const shift = (name: string) => `
    CREATE FUNCTION shifted.${name}() RETURNS timestamptz LANGUAGE sql AS
    $$ SELECT pg_catalog.${name}() + interval '${by}' $$;`
  const services = await openShop({
    prepare: (url) => administer(url, `CREATE SCHEMA shifted; ${shift("now")} ${shift("clock_timestamp")}`),
  })
  const role = await createRole(services.databaseUrl, [
    ...ROLE_SETTINGS,
    "search_path = shifted, pg_catalog, public",
  ])
  const variables = { DATABASE_POOLER: "transaction" }
  const shifted = { ...services, databaseUrl: role.url, variables }
  const api = await startApi(shifted)
  onTestFinished(() => api[Symbol.asyncDispose]())
  const runWorker = async () => {
    const worker = await startWorker(shifted)
    onTestFinished(() => worker[Symbol.asyncDispose]())
  }
  return { api, trade: createTrade(api.request), runWorker }
}

describe.each(["25 hours", "-25 hours"])("a database whose clock is off by %s", (by) => {
  it("keeps the promise of a claim whose job was lost, and its audit is clean meanwhile", async () => {
    const { api, trade, runWorker } = await openShifted(by)
    const { user, policy } = await trade.seed({ users: 1, policies: 1 })
    expect(await trade.claim({ userId: user(1), policyId: policy(1) })).toMatchObject({ status: 201 })
    expect(await trade.violations()).toEqual({})
    await api.deps.redis.flushdb()
    await runWorker()
    await expect.poll(() => trade.couponsOf(user(1))).toHaveLength(1)
    await expect.poll(() => trade.violations()).toEqual({})
  })

  it("lists the coupons that an order can use, and opens policies for as long as they say", async () => {
    const { api, trade, runWorker } = await openShifted(by)
    await runWorker()
    const { user, product, policy } = await trade.seed({ users: 1, policies: 1, expireDays: 1 })
    await trade.charge(user(1), 100_000)
    const couponId = await trade.couponFrom(policy(1), user(1))
    const listed = await api.request.get(`/users/${user(1)}/coupons?limit=1000`)
    expect(CouponList.parse(listed.body).map((coupon) => coupon.couponId)).toEqual([couponId])
    const items = [{ productId: product(1), quantity: 1 }]
    expect(await trade.order({ userId: user(1), couponId, items })).toMatchObject({ status: 201 })
    const created = await api.request.post("/admin/policies").send({ total: 1, discountAmount: 1 })
    const { policyId }: { policyId: number } = Object(created.body)
    expect(await trade.claim({ userId: user(1), policyId })).toMatchObject({ status: 201 })
  })
})
