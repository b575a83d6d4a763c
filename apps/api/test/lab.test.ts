import { afterAll, describe, expect, it } from "vitest"
import { SeedResult } from "../src/lab/schema.ts"
import { ProductList } from "../src/products/schema.ts"
import { startApi, startShop } from "./support/api.ts"

const shop = await startShop()
afterAll(() => shop[Symbol.asyncDispose]())

const init = async (body?: object) => shop.request.post("/init").send(body)
const products = async () => ProductList.parse((await shop.request.get("/products")).body)

describe("POST /init", () => {
  it("seeds the shop with what the contract says when its body is empty", async () => {
    const answer = await init()
    expect(answer.status).toBe(200)
    expect(SeedResult.parse(answer.body)).toMatchObject({ users: 300, productIds: [1, 2, 3, 4, 5] })
    expect(await products()).toEqual(
      [1, 2, 3, 4, 5].map((n) => ({ productId: n, name: `p${n}`, price: 2_000, stock: 2_000_000 })),
    )
    const { readDb } = shop.deps
    const policies = await readDb.couponPolicy.findMany()
    expect(policies).toHaveLength(5)
    for (const policy of policies) {
      expect(policy).toMatchObject({
        total: 200_000,
        claimed: 0,
        perUserLimit: null,
        discountAmount: 2_000n,
        expireDays: 7,
      })
      expect(policy.endsAt.getTime() - policy.startsAt.getTime()).toBe(3 * 86_400_000 + 60_000)
    }
    expect(await readDb.user.count({ where: { balance: 0, name: { in: ["u1", "u300"] } } })).toBe(2)
    expect(await readDb.user.count()).toBe(300)
  })

  it("empties the shop of all that happened before", async () => {
    await init()
    const userId = Number((await shop.request.get("/users/id?name=u1")).body)
    await shop.request
      .post(`/users/${userId}/balance`)
      .set({ "Idempotency-Key": "k" })
      .send({ amount: 10_000 })
    await shop.request.post("/orders").send({ userId, items: [{ productId: 1, quantity: 1 }] })
    const seeded = SeedResult.parse((await init({ users: 2, products: 1, policies: 0, topSold: [7] })).body)
    expect(seeded).toMatchObject({ policyIds: [], productIds: [1], users: 2 })
    const { readDb } = shop.deps
    const rows = [
      readDb.order.count(),
      readDb.orderLine.count(),
      readDb.ledgerEntry.count(),
      readDb.ledgerEntry.count({ where: { NOT: { requestIdentity: null } } }),
      readDb.keptAnswer.count(),
    ]
    expect(await Promise.all(rows)).toEqual([0, 0, 0, 0, 0])
    expect((await shop.request.get("/products/top/realtime")).body).toEqual([
      { productId: 1, name: "p1", soldQty: 21 },
    ])
    expect((await shop.request.get("/audit")).body).toMatchObject({ ok: true })
    await shop.request.get(`/users/${userId}/balance`).expect(404)
  })

  it("never uses the id of a policy twice", async () => {
    const first = SeedResult.parse((await init()).body)
    const second = SeedResult.parse((await init()).body)
    expect(Math.min(...second.policyIds)).toBeGreaterThan(Math.max(...first.policyIds))
  })

  it("leaves no key of an older shop in Redis", async () => {
    await init()
    await init()
    const keys = await shop.redis.keys("saleproof:*")
    const foreign = keys.filter((key) => !key.startsWith("saleproof:queue"))
    const generation = await shop.redis.hget("saleproof:ranking", "generation")
    expect(foreign.toSorted()).toEqual(["saleproof:ranking", `saleproof:ranking:set:${generation}`])
  })

  it("stores a rate in basis points, and a coupon of it says the rate", async () => {
    const { policyIds } = SeedResult.parse((await init({ discountRate: 0.0725, policies: 1, users: 1 })).body)
    const userId = Number((await shop.request.get("/users/id?name=u1")).body)
    await shop.request.post(`/coupons?userId=${userId}&policyId=${policyIds[0]}`)
    const coupons = async () => (await shop.request.get(`/users/${userId}/coupons`)).body
    await expect.poll(coupons).toMatchObject([{ discount: 0, discountRate: 0.0725 }])
  })

  const bad: object[] = [
    [],
    { users: -1 },
    { users: "3" },
    { users: 1.5 },
    { price: 2 ** 53 },
    { user: 3 },
    { discountRate: 1.01 },
    { discountRate: 0.00001 },
    { perUserLimit: 0 },
    { products: 1, topSold: [1, 2] },
    { topSold: [-1] },
    { expireDays: 0 },
  ]
  it.each(bad.map((body) => [body]))("changes nothing when its body is %j", async (body) => {
    const before = SeedResult.parse((await init({ products: 2 })).body)
    expect(await init(body)).toMatchObject({ status: 400, body: { code: "BAD_REQUEST" } })
    expect(await products()).toHaveLength(2)
    expect(await shop.redis.hget("saleproof:ranking", "epoch")).toBe(before.epoch)
  })

  it("works while claims and orders are in progress", async () => {
    const { policyIds } = SeedResult.parse((await init()).body)
    const userId = Number((await shop.request.get("/users/id?name=u1")).body)
    // A request of supertest is sent when it is awaited.
    const claim = async (n: number) =>
      shop.request.post(`/coupons?userId=${userId}&policyId=${policyIds[n % 5]}`)
    const charge = async () => shop.request.post(`/users/${userId}/balance`).send({ amount: 1 })
    const requests = Array.from({ length: 150 }, (_, n) => [claim(n), charge()]).flat()
    const seeded = await init({ users: 1 })
    expect(seeded.status).toBe(200)
    const statuses = new Set((await Promise.all(requests)).map(({ status }) => status))
    expect([...statuses].filter((status) => ![201, 404, 503].includes(status))).toEqual([])
    await expect
      .poll(async () => (await shop.request.get("/audit")).body, { timeout: 10_000 })
      .toMatchObject({ ok: true })
  })
})

describe("another API process", () => {
  it("forgets the users of the shop before POST /init within a moment", async () => {
    await init({ users: 1 })
    await using other = await startApi(shop)
    const before = Number((await other.request.get("/users/id?name=u1")).body)
    expect((await other.request.get("/users/id?name=u1")).body).toBe(before)
    await init({ users: 1 })
    await expect.poll(async () => (await other.request.get("/users/id?name=u1")).body).not.toBe(before)
  })
})

describe("the lab", () => {
  it("does not exist when it is off", async () => {
    await using closed = await startShop({ worker: false, variables: { LAB: "off" } })
    await closed.request.post("/init").expect(404)
    await closed.request.get("/audit").expect(404)
  })

  it("needs its token where one is set", async () => {
    const token = "correct-horse-battery"
    await using guarded = await startShop({ worker: false, variables: { LAB_TOKEN: token } })
    const ask = async (authorization?: string) =>
      guarded.request.get("/audit").set(authorization ? { authorization } : {})
    for (const wrong of [undefined, token, `Bearer ${token}x`, "Bearer ", `Basic ${token}`]) {
      expect(await ask(wrong)).toMatchObject({ status: 401, body: { code: "UNAUTHORIZED" } })
    }
    expect(await ask(`Bearer ${token}`)).toMatchObject({ status: 200 })
    await guarded.request.post("/init").expect(401)
    await guarded.request.get("/products").expect(200)
  })
})
