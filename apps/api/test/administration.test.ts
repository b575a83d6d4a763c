import { afterAll, describe, expect, it } from "vitest"
import { startApi, startShop } from "./support/api.ts"
import { createAdministration } from "./support/administration.ts"
import { createTrade, keyed, times } from "./support/trade.ts"

const shop = await startShop({ worker: false })
afterAll(() => shop[Symbol.asyncDispose]())
const trade = createTrade(shop.request)

const { post, patch, newProduct, newPolicy } = createAdministration(shop.request)

describe("a new product", () => {
  it("is sold at once, and shows only the terms that it has", async () => {
    const created = await post("/admin/products", { name: " Te\u200bnt ", price: 2_000, stock: 3 })
    expect(created).toMatchObject({ status: 201 })
    const { productId } = Object(created.body)
    expect(created.body).toEqual({ productId, name: "Tent", price: 2_000, stock: 3 })
    expect((await shop.request.get(`/products/${productId}`)).body).toEqual(created.body)
  })

  it("has the terms that it was given, in UTC", async () => {
    const terms = { startsAt: "2020-01-01T09:00:00+09:00", endsAt: "2020-01-01T00:00:00Z", maxPerUser: 2 }
    const productId = await newProduct(terms)
    expect((await shop.request.get(`/products/${productId}`)).body).toMatchObject({
      startsAt: "2020-01-01T00:00:00.000Z",
      endsAt: "2020-01-01T00:00:00.000Z",
      maxPerUser: 2,
    })
  })

  it.each([
    {},
    { name: "", price: 1, stock: 1 },
    { name: "x", price: -1, stock: 1 },
    { name: "x", price: 1.5, stock: 1 },
    { name: "x", price: 1, stock: -1 },
    { name: "x", price: 1, stock: 1, maxPerUser: 0 },
    { name: "x", price: 1, stock: 1, startsAt: "tomorrow" },
    { name: "x", price: 1, stock: 1, startsAt: "2026-02-30T00:00:00Z" },
    { name: "x", price: 1, stock: 1, startsAt: "0000-01-01T00:00:00Z" },
    { name: "x", price: 1, stock: 1, startsAt: "2026-01-02T00:00:00Z", endsAt: "2026-01-01T23:59:59Z" },
    { name: "x", price: 1, stock: 1, startAt: "2026-01-01T00:00:00Z" },
  ])("is not made of %o", async (body) => {
    expect(await post("/admin/products", body)).toMatchObject({ status: 400, body: { code: "BAD_REQUEST" } })
  })
})

describe("a change of a product", () => {
  it("touches what it names alone, and null takes a term away", async () => {
    const productId = await newProduct({ startsAt: "2020-01-01T00:00:00Z", maxPerUser: 2 })
    const path = `/admin/products/${productId}`
    const rest = { productId, name: "tent", price: 2_000, stock: 10, startsAt: "2020-01-01T00:00:00.000Z" }
    expect(await patch(path, { maxPerUser: null, closed: true })).toMatchObject({ status: 200 })
    expect((await shop.request.get(`/products/${productId}`)).body).toEqual({ ...rest, closed: true })
    const reopened = await patch(path, { closed: false, price: 0, startsAt: null })
    expect(reopened.body).toEqual({ productId, name: "tent", price: 0, stock: 10 })
  })

  it("never ends a sale before it starts, also when it names one of them alone", async () => {
    const productId = await newProduct({ startsAt: "2026-01-02T00:00:00Z" })
    const path = `/admin/products/${productId}`
    const refused = await patch(path, { endsAt: "2026-01-01T00:00:00Z" })
    expect(refused).toMatchObject({
      status: 400,
      body: { code: "BAD_REQUEST", errors: [{ path: "endsAt" }] },
    })
    expect(await patch(path, { endsAt: "2026-01-02T00:00:00Z" })).toMatchObject({ status: 200 })
    expect(await patch(path, { startsAt: "2026-01-03T00:00:00Z" })).toMatchObject({ status: 400 })
    expect(await patch(path, { startsAt: null })).toMatchObject({ status: 200 })
  })

  it.each([{}, { stock: 5 }, { price: null }, { closed: "yes" }, { name: null }])(
    "is not %o",
    async (body) => {
      const productId = await newProduct()
      expect(await patch(`/admin/products/${productId}`, body)).toMatchObject({ status: 400 })
    },
  )

  it("of a product that does not exist is 404", async () => {
    const missing = { status: 404, body: { code: "PRODUCT_NOT_FOUND" } }
    expect(await patch("/admin/products/999999", { price: 1 })).toMatchObject(missing)
    expect(await post("/admin/products/999999/restock", { quantity: 1 })).toMatchObject(missing)
    expect(await patch("/admin/policies/999999", { total: 1 })).toMatchObject({
      status: 404,
      body: { code: "POLICY_NOT_FOUND" },
    })
  })
})

describe("a restock", () => {
  it("adds units, and takes off what is there and no more", async () => {
    const productId = await newProduct({ stock: 10 })
    const restock = (quantity: number) =>
      post(`/admin/products/${productId}/restock`, { quantity, reason: "count" })
    expect((await restock(5)).body).toEqual({ productId, stock: 15 })
    expect(await restock(-16)).toMatchObject({ status: 409, body: { code: "OUT_OF_STOCK" } })
    expect(await restock(-15)).toMatchObject({ status: 201, body: { productId, stock: 0 } })
    expect(await restock(0)).toMatchObject({ status: 400 })
    expect(await trade.violations()).toEqual({})
  })

  it("does not let a product have more units than a sum can count", async () => {
    const productId = await newProduct({ stock: 1_000_000_000 })
    await shop.deps.writeDb.$executeRaw`
      UPDATE products SET stock = 999999999999, stocked = 999999999999 WHERE id = ${productId}`
    const restock = (quantity: number) => post(`/admin/products/${productId}/restock`, { quantity })
    expect(await restock(2)).toMatchObject({ status: 409, body: { code: "STOCK_LIMIT" } })
    expect(await restock(1)).toMatchObject({ status: 201 })
  })

  it("loses no unit while orders take some", async () => {
    const { user, product } = await trade.seed({ users: 20, products: 1, stock: 5, price: 1 })
    await Promise.all(times(20, (n) => trade.charge(user(n + 1), 1_000)))
    const items = [{ productId: product(1), quantity: 1 }]
    const work = times(60, async (n) =>
      n % 3 === 0
        ? post(`/admin/products/${product(1)}/restock`, { quantity: n % 2 === 0 ? 2 : -1 })
        : trade.order({ userId: user(1 + (n % 20)), items }),
    )
    const statuses = new Set((await Promise.all(work)).map(({ status }) => status))
    expect([...statuses].filter((status) => status !== 201 && status !== 409)).toEqual([])
    expect(await trade.violations()).toEqual({})
  })
})

describe("a coupon policy", () => {
  it("opens at once for three days unless it says otherwise", async () => {
    const { user } = await trade.seed({ users: 1 })
    const created = await post("/admin/policies", { total: 1, discountRate: 0.25 })
    expect(created).toMatchObject({
      status: 201,
      body: {
        total: 1,
        claimed: 0,
        perUserLimit: null,
        discountAmount: 0,
        discountRate: 0.25,
        closed: false,
      },
    })
    const { policyId, startsAt, endsAt } = Object(created.body)
    expect(Date.parse(endsAt) - Date.parse(startsAt)).toBe(3 * 86_400_000)
    expect(await trade.claim({ userId: user(1), policyId })).toMatchObject({ status: 201 })
  })

  it("that is closed gives no coupons, and does again when it is opened", async () => {
    const { user } = await trade.seed({ users: 2 })
    const policyId = await newPolicy()
    const claim = () => trade.claim({ userId: user(1), policyId }, "mine")
    const first = await claim()
    await patch(`/admin/policies/${policyId}`, { closed: true })
    const refused = await trade.claim({ userId: user(2), policyId })
    expect(refused).toMatchObject({ status: 400, body: { code: "POLICY_NOT_OPEN" } })
    // What was promised stays promised.
    expect(await claim()).toMatchObject({ status: 201, text: first.text })
    await patch(`/admin/policies/${policyId}`, { closed: false })
    expect(await trade.claim({ userId: user(2), policyId })).toMatchObject({ status: 201 })
  })

  it("never has a total below what it promised, and gives more at once when it is raised", async () => {
    const { user } = await trade.seed({ users: 3 })
    const policyId = await newPolicy({ total: 2 })
    const claim = (n: number) => trade.claim({ userId: user(n), policyId })
    await Promise.all([claim(1), claim(2)])
    expect(await claim(3)).toMatchObject({ status: 409, body: { code: "COUPON_SOLD_OUT" } })
    const path = `/admin/policies/${policyId}`
    expect(await patch(path, { total: 1 })).toMatchObject({
      status: 409,
      body: { code: "TOTAL_BELOW_CLAIMED" },
    })
    expect(await patch(path, { total: 3 })).toMatchObject({ status: 200, body: { total: 3, claimed: 2 } })
    expect(await claim(3)).toMatchObject({ status: 201 })
    expect(await trade.violations()).toEqual({})
  })

  it.each([
    {},
    { total: 1 },
    { total: 1, discountRate: 2 },
    { total: 1, discountAmount: 1, startsAt: "2026-01-02T00:00:00Z", endsAt: "2026-01-01T00:00:00Z" },
  ])("is not made of %o", async (body) => {
    expect(await post("/admin/policies", body)).toMatchObject({ status: 400, body: { code: "BAD_REQUEST" } })
  })
})

describe("a new user", () => {
  it("has the one spelling of the name, which nobody else can take", async () => {
    const created = await post("/users", { name: "  Zo\u0065\u0301\u200b ", subject: "auth0|zoe" })
    expect(created).toMatchObject({ status: 201, body: { name: "Zo\u00e9" } })
    expect(Object.keys(created.body)).toEqual(["userId", "name"])
    expect(await trade.userNamed(encodeURIComponent("Zo\u00e9"))).toBe(Object(created.body).userId)
    expect(await post("/users", { name: "Zo\u00e9" })).toMatchObject({
      status: 409,
      body: { code: "NAME_TAKEN" },
    })
    expect(await post("/users", { name: "Zoe", subject: "auth0|zoe" })).toMatchObject({
      status: 409,
      body: { code: "SUBJECT_TAKEN" },
    })
  })

  it.each(["123", "", "a\u0000", "x".repeat(256), null, 12])(
    "cannot have the subject %j",
    async (subject) => {
      expect(await post("/users", { name: "nobody", subject })).toMatchObject({ status: 400 })
    },
  )

  it("is one of many that are asked for at once with one name", async () => {
    const answers = await Promise.all(times(20, () => post("/users", { name: "first come" })))
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1)
    expect(answers.filter(({ status }) => status === 409)).toHaveLength(19)
  })
})

describe("an Idempotency-Key", () => {
  it("makes every change happen once, in two processes too, and repeats its answer byte for byte", async () => {
    await using other = await startApi(shop)
    const productId = await newProduct({ stock: 1 })
    const policyId = await newPolicy()
    const requests: [method: "post" | "patch", path: string, body: object][] = [
      ["post", "/admin/products", { name: "once", price: 1, stock: 1 }],
      ["patch", `/admin/products/${productId}`, { price: 7 }],
      ["post", `/admin/products/${productId}/restock`, { quantity: 5 }],
      ["post", "/admin/policies", { total: 1, discountAmount: 1 }],
      ["patch", `/admin/policies/${policyId}`, { total: 11 }],
      ["post", "/users", { name: "user once" }],
      ["post", "/admin/webhooks", { url: "http://127.0.0.1:9/", events: ["order.placed"] }],
    ]
    const entries = () => shop.deps.readDb.journalEntry.count()
    for (const [method, path, body] of requests) {
      const before = await entries()
      const answers = await Promise.all(
        times(6, async (n) =>
          (n % 2 === 0 ? shop : other).request[method](path).set(keyed("the-key")).send(body),
        ),
      )
      expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1)
      expect(answers[0]?.status).toBeLessThan(300)
      expect(await entries()).toBe(before + 1)
    }
    expect(await trade.stockOf(productId)).toBe(6)
    const again = await post(`/admin/products/${productId}/restock`, { quantity: 6 }, "the-key")
    expect(again).toMatchObject({ status: 422, body: { code: "IDEMPOTENCY_MISMATCH" } })
  })
})
