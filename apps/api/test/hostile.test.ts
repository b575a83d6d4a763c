import { afterAll, describe, expect, it } from "vitest"
import { startShop } from "./support/api.ts"
import { complaintsOf, startGuardedApi } from "./support/guarded-api.ts"

const guarded = await startGuardedApi()
afterAll(() => guarded[Symbol.asyncDispose]())

const { api, post } = guarded
const refusedWith = (status: number) => ({ status, body: { status, code: expect.any(String) } })

// As JSON would write them; none is a whole number from 1 to 100,000,000.
const NO_COUNTS = [
  '"1"',
  "true",
  "[1]",
  "{}",
  "1.5",
  "-1",
  "0",
  "-0",
  "1e400",
  "1e-7",
  "2147483648",
  "9007199254740993",
]
// Where 0 is a number like others.
const NO_SIZES = NO_COUNTS.filter((text) => !/^-?0$/.test(text))

describe("a number at an edge", () => {
  it.each(NO_COUNTS)("of %s is refused in every field of an order and of a charge", async (edge) => {
    const line = { productId: "1", quantity: "1" }
    const orderOf = ({ userId = "1", couponId = "null", productId = "1", quantity = "1" }) =>
      `{"userId":${userId},"couponId":${couponId},"items":[{"productId":${productId},"quantity":${quantity}}]}`
    for (const field of ["userId", "couponId", ...Object.keys(line)]) {
      expect(await post("/orders", orderOf({ [field]: edge }))).toMatchObject(refusedWith(400))
    }
    expect(await post("/users/1/balance", `{"amount":${edge}}`)).toMatchObject(refusedWith(400))
  })

  it.each(NO_SIZES)("of %s is refused in every field of POST /init, and changes nothing", async (edge) => {
    const sizes = ["users", "products", "price", "stock", "policies", "couponsPerPolicy", "perUserLimit"]
    for (const field of [...sizes, "discountAmount", "expireDays"]) {
      expect(await post("/init", `{"${field}":${edge}}`)).toMatchObject(refusedWith(400))
    }
    expect(await post("/init", `{"topSold":[${edge}]}`)).toMatchObject(refusedWith(400))
    await api.get("/products/1").expect(200)
  })

  it.each(["-0.1", "1.1", "0.00001", '"0.5"', "1e400"])("of %s is refused as a rate", async (edge) => {
    expect(await post("/init", `{"discountRate":${edge}}`)).toMatchObject(refusedWith(400))
  })

  it.each([
    "0",
    "-1",
    "%2B1",
    "01",
    "1.0",
    "1e1",
    "0x1",
    "9007199254740993",
    "%EF%BC%91",
    "1%00",
    "NaN",
    "%20",
    "1,2",
  ])("of %s is refused in paths and queries", async (edge) => {
    const paths = ["/users/N/balance", "/users/N/orders", "/users/N/coupons", "/orders/N", "/products/N"]
    const queries = ["/products?limit=N", "/users/1/orders?before=N", "/users/1/balance/history?limit=N"]
    for (const path of [...paths, ...queries, "/users/1/coupons?after=N", "/products/top?limit=N"]) {
      expect(await api.get(path.replace("N", edge))).toMatchObject(refusedWith(400))
    }
    for (const query of ["userId=N&policyId=1", "userId=1&policyId=N"]) {
      expect(await api.post(`/coupons?${query.replace("N", edge)}`)).toMatchObject(refusedWith(400))
    }
  })
})

describe("a text that cannot be stored", () => {
  it.each([
    ["NUL", "a%00b"],
    ["a control character", "a%1Bb"],
    ["half a surrogate pair", "a%ED%A0%80b"],
    ["bytes that are no UTF-8", "a%FFb"],
    ["an overlong encoding", "a%C0%80b"],
    ["nothing", ""],
  ])("with %s is refused as a name", async (_what, name) => {
    expect(await api.get(`/users/id?name=${name}`)).toMatchObject(refusedWith(400))
  })

  it.each(['"\\u0000"', '"\\ud800"', '"\\udc00\\ud800"'])(
    "of %s is refused where a number belongs",
    async (text) => {
      expect(await post("/users/1/balance", `{"amount":${text}}`)).toMatchObject(refusedWith(400))
      expect(await post("/init", `{${text}:1}`)).toMatchObject(refusedWith(400))
    },
  )

  it.each([
    ["nothing", ""],
    ["a space", "a b"],
    ["256 characters", "k".repeat(256)],
    ["a letter of Latin-1", "\u00E9"],
  ])("with %s is refused as an Idempotency-Key", async (_what, key) => {
    const headers = { "Idempotency-Key": key }
    expect(await api.post("/users/1/balance").set(headers).send({ amount: 1 })).toMatchObject(
      refusedWith(400),
    )
    expect(await api.post("/coupons?userId=1&policyId=1").set(headers)).toMatchObject(refusedWith(400))
  })
})

describe("an attempt to change every object", () => {
  it("by a body or a query changes none", async () => {
    await using shop = await startShop({ worker: false })
    const poison = '"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}'
    const headers = { "content-type": "application/json" }
    const order = `{${poison},"userId":1,"items":[{${poison},"productId":1,"quantity":1}]}`
    await shop.request.post("/orders").set(headers).send(order).expect(404)
    expect(await shop.request.post("/init").set(headers).type("json").send(`{${poison}}`)).toMatchObject(
      refusedWith(400),
    )
    const query = "__proto__[polluted]=1&__proto__.polluted=1&constructor[prototype][polluted]=1"
    await shop.request.get(`/users/id?name=u1&${query}`).expect(200)
    expect(await shop.request.get("/users/id?__proto__[name]=u1")).toMatchObject(refusedWith(400))
    expect(Object({}).polluted).toBeUndefined()
  })
})

describe("every answer", () => {
  it.each([
    ["get", "/products", 200],
    ["get", "/products/%", 400],
    ["get", "/nothing", 404],
    ["delete", "/orders", 405],
    ["post", "/orders", 400],
    ["get", "/docs", 200],
  ] as const)("(%s %s: %s) has every security header", async (method, path, status) => {
    const answer = await api[method](path)
    expect(answer.status).toBe(status)
    const names = ["content-security-policy", "x-content-type-options", "x-frame-options", "referrer-policy"]
    expect(names.filter((name) => !(name in answer.headers))).toEqual([])
    expect(answer.headers["strict-transport-security"]).toContain("max-age=")
    expect(answer.headers["cross-origin-resource-policy"]).toBe("same-origin")
    expect("x-powered-by" in answer.headers || "server" in answer.headers).toBe(false)
  })
})

// The last one, so that it sees what all others left.
describe("the log at level info", () => {
  it("holds no stack, no SQL and no warning after all that", async () => {
    await expect.poll(() => guarded.main.lines().length).toBeGreaterThan(50)
    expect(complaintsOf(guarded)).toEqual({ lines: [], errors: "" })
    await guarded.api.get("/readyz").expect(200)
  })
})
