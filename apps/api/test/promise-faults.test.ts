import supertest from "supertest"
import type { Response } from "supertest"
import { afterAll, beforeEach, describe, expect, it, onTestFinished } from "vitest"
import { AcceptedClaim } from "../src/coupons/schema.ts"
import { startShop } from "./support/api.ts"
import type { Client } from "./support/api.ts"
import { startPausableProxy } from "./support/pausable-proxy.ts"
import { startProcess } from "./support/processes.ts"
import { createTrade, times } from "./support/trade.ts"

const shop = await startShop()
afterAll(() => shop[Symbol.asyncDispose]())
const trade = createTrade(shop.request)

const TOTAL = 300
let claimOf: (api: Client, n: number) => Promise<Response>

beforeEach(async () => {
  const { user, policy } = await trade.seed({ users: TOTAL, policies: 1, couponsPerPolicy: TOTAL })
  claimOf = (api, n) => createTrade(api).claim({ userId: user(1 + (n % TOTAL)), policyId: policy(1) })
})

async function runApi(redisUrl = shop.redisUrl) {
  const started = startProcess("main", { DATABASE_URL: shop.databaseUrl, REDIS_URL: redisUrl, PORT: "0" })
  onTestFinished(() => started[Symbol.asyncDispose]())
  return { process: started, api: supertest(String((await started.logged("listening")).url)) }
}

/** The claims that were answered 201; one whose answer was lost was not promised. */
async function promised(claims: readonly Promise<Response>[]): Promise<string[]> {
  const settled = await Promise.allSettled(claims)
  return settled.flatMap((one) =>
    one.status === "fulfilled" && one.value.status === 201 ? AcceptedClaim.parse(one.value.body).claimId : [],
  )
}

/** Claims until the policy is sold out, however often the service is busy. */
async function sellOut(api: Client): Promise<string[]> {
  const claimIds: string[] = []
  for (;;) {
    const answers = await Promise.all(times(100, (n) => claimOf(api, n)))
    claimIds.push(
      ...answers.flatMap(({ status, body }) => (status === 201 ? AcceptedClaim.parse(body).claimId : [])),
    )
    if (answers.every(({ status }) => status === 409)) return claimIds
  }
}

async function couponIds() {
  const coupons = await shop.deps.readDb.coupon.findMany({ select: { claimId: true } })
  return new Set(coupons.map(({ claimId }) => claimId))
}

/** The promises without a coupon, once nothing waits any more. */
async function broken(claimIds: readonly string[]) {
  await expect.poll(() => shop.deps.readDb.couponClaim.count(), { timeout: 10_000 }).toBe(0)
  const coupons = await couponIds()
  return { coupons: coupons.size, missing: claimIds.filter((id) => !coupons.has(id)) }
}

describe("a promise is kept", () => {
  it("when an API process is paused while Redis loses everything and another one sells out", async () => {
    const { process: stopped, api } = await runApi()
    const claims = times(200, (n) => claimOf(api, n))
    await Promise.race(claims)
    stopped.kill("SIGSTOP")
    await shop.redis.flushdb()
    const elsewhere = await sellOut(shop.request)
    stopped.kill("SIGCONT")
    const claimIds = [...(await promised(claims)), ...elsewhere]
    expect(claimIds.length).toBeLessThanOrEqual(TOTAL)
    expect(await broken(claimIds)).toEqual({ coupons: TOTAL, missing: [] })
  })

  it("when an API process is killed in the moment in which Redis loses everything", async () => {
    const { process: killed, api } = await runApi()
    const claims = times(200, (n) => claimOf(api, n))
    await Promise.race(claims)
    killed.kill("SIGKILL")
    await shop.redis.flushdb()
    const claimIds = [...(await promised(claims)), ...(await sellOut(shop.request))]
    expect(await broken(claimIds)).toEqual({ coupons: TOTAL, missing: [] })
  })

  it("when the answers of Redis come late", async () => {
    const proxy = await startPausableProxy({ url: shop.redisUrl })
    onTestFinished(() => proxy[Symbol.asyncDispose]())
    const { api } = await runApi(proxy.url)
    const before = times(100, (n) => claimOf(api, n))
    await Promise.race(before)
    proxy.pause()
    const meanwhile = times(100, (n) => claimOf(api, n))
    const claimIds = await promised([...before, ...meanwhile])
    expect(claimIds).toHaveLength(200)
    proxy.resume()
    claimIds.push(...(await sellOut(api)))
    expect(await broken(claimIds)).toEqual({ coupons: TOTAL, missing: [] })
  })
})
