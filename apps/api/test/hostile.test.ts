import { brotliCompressSync, gzipSync } from "node:zlib"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { createClient, startShop } from "./support/api.ts"
import type { Client } from "./support/api.ts"
import { createDatabase, createTestRedis } from "./support/database.ts"
import { startProcess } from "./support/processes.ts"
import { request, sendRaw, statusOf } from "./support/raw-http.ts"

const database = await createDatabase()
const redis = await createTestRedis()
const main = startProcess("main", { DATABASE_URL: database.url, REDIS_URL: redis.url, PORT: "0" })
let api: Client
let url: string

beforeAll(async () => {
  url = String((await main.logged("listening")).url)
  api = createClient(url)
  await api.post("/init", { body: { users: 2 } })
})

afterAll(async () => {
  await main[Symbol.asyncDispose]()
  await redis[Symbol.asyncDispose]()
  await database[Symbol.asyncDispose]()
})

const JSON_TYPE = { "content-type": "application/json" }
const post = (path: string, body: string) => api.post(path, { body, headers: JSON_TYPE })
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

  it.each(NO_SIZES)("of %s is refused in every field of a refill, and changes nothing", async (edge) => {
    const sizes = ["users", "products", "price", "stock", "policies", "couponsPerPolicy", "perUserLimit"]
    for (const field of [...sizes, "discountAmount", "expireDays"]) {
      expect(await post("/init", `{"${field}":${edge}}`)).toMatchObject(refusedWith(400))
    }
    expect(await post("/init", `{"topSold":[${edge}]}`)).toMatchObject(refusedWith(400))
    expect(await api.get("/products/1")).toMatchObject({ status: 200 })
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

describe("a text that nobody can hold", () => {
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
    expect(await api.post("/users/1/balance", { body: { amount: 1 }, headers })).toMatchObject(
      refusedWith(400),
    )
    expect(await api.post("/coupons?userId=1&policyId=1", { headers })).toMatchObject(refusedWith(400))
  })
})

describe("a body that is too much", () => {
  it.each<[string, string, Buffer]>([
    ["gzip", "60 MB of spaces", gzipSync(Buffer.alloc(60_000_000, " "))],
    ["br", "60 MB of spaces", brotliCompressSync(Buffer.alloc(60_000_000, " "))],
  ])("in %s, %s packed small, is refused with 413", async (encoding, _what, body) => {
    const headers = [
      `Content-Encoding: ${encoding}`,
      "Content-Type: application/json",
      `Content-Length: ${body.length}`,
    ]
    const answer = await sendRaw(url, Buffer.concat([Buffer.from(request("POST /orders", headers)), body]))
    expect(statusOf(answer)).toBe(413)
  })

  it("is refused with 413 as soon as it is announced", async () => {
    const headers = ["Content-Type: application/json", "Content-Length: 99999999999"]
    expect(statusOf(await sendRaw(url, request("POST /orders", headers, "{")))).toBe(413)
  })

  it.each([
    ["brackets", "[".repeat(60_000)],
    ["objects", `{"userId":${'{"a":'.repeat(10_000)}`],
    ["closed brackets", `{"items":${"[".repeat(21)}${"]".repeat(21)}}`],
  ])("deep in %s is refused with 400", async (_what, body) => {
    expect(await post("/orders", body)).toMatchObject({
      status: 400,
      body: { detail: expect.stringMatching(/deep/) },
    })
  })
})

describe("headers without end", () => {
  it.each([
    ["thousands of small ones", Array.from({ length: 4_000 }, (_, n) => `X-${n}: y`)],
    ["a big one", [`X-Flood: ${"x".repeat(20_000)}`]],
    ["a big cookie", [`Cookie: ${"a=b; ".repeat(5_000)}`]],
  ])("(%s) are refused with 431", async (_what, headers) => {
    expect(statusOf(await sendRaw(url, request("GET /healthz", headers)))).toBe(431)
  })

  it("in the request line are refused with 431 too", async () => {
    expect(statusOf(await sendRaw(url, request(`GET /${"x".repeat(20_000)}`)))).toBe(431)
  })
})

describe("a request that is no HTTP", () => {
  it.each([
    ["two lengths", request("POST /orders", ["Content-Length: 2", "Content-Length: 3"], "{}")],
    [
      "a length and chunks",
      request("POST /orders", ["Content-Length: 2", "Transfer-Encoding: chunked"], "0\r\n\r\n"),
    ],
    [
      "chunks that are none",
      request("POST /orders", ["Content-Type: application/json", "Transfer-Encoding: chunked"], "zz\r\n"),
    ],
    ["an unknown transfer encoding", request("POST /orders", ["Transfer-Encoding: zip"], "{}")],
    ["a NUL in a header", request("GET /healthz", ["X-Bad: a\0b"])],
    ["a header without a name", request("GET /healthz", [": x"])],
    ["no host", "GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n"],
    ["an unknown method", request("BREW /orders")],
    ["an unknown version", "GET /healthz HTTP/9.9\r\n\r\n"],
    ["NULs", "\0\0\0\0\r\n\r\n"],
    ["the start of TLS", Buffer.from("16030100c8010000c40303", "hex")],
  ])("(%s) is refused with 400 and heard no further", async (_what, bytes) => {
    expect(statusOf(await sendRaw(url, bytes))).toBe(400)
  })
})

describe("a path that tries to lead elsewhere", () => {
  it.each([
    "//users/1/balance",
    "/users/2/../1/balance",
    "/..%2f..%2f..%2fetc/passwd",
    "/%2e%2e/%2e%2e/etc/passwd",
    "/docs/files/..%2f..%2fpackage.json",
    "/docs/files/%2e%2e/package.json",
    "/docs/files/%00",
    "/docs/files/..%5c..%5cpackage.json",
    "/users/%2e%2e/balance",
    "/users/1%2fbalance",
    "/orders%00",
    "/products/%",
    "/products/%C0%AF",
    "/products/1;a=b",
    "\\..\\..\\etc\\passwd",
    "http://169.254.169.254/orders",
    "http://[::1",
    "http://a:b/orders",
    "*",
    "?",
    "#",
  ])("%s finds nothing", async (path) => {
    const answer = await sendRaw(url, request(`GET ${path}`))
    expect([400, 404, 405]).toContain(statusOf(answer))
    expect(answer).not.toMatch(/root:|"dependencies"|ENOENT|node_modules/)
  })
})

describe("an attempt to change every object", () => {
  it("by a body or a query changes none", async () => {
    await using shop = await startShop({ worker: false })
    const poison = '"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}'
    const headers = JSON_TYPE
    const order = `{${poison},"userId":1,"items":[{${poison},"productId":1,"quantity":1}]}`
    expect(await shop.post("/orders", { body: order, headers })).toMatchObject({ status: 404 })
    expect(await shop.post("/init", { body: `{${poison}}`, headers })).toMatchObject(refusedWith(400))
    const query = "__proto__[polluted]=1&__proto__.polluted=1&constructor[prototype][polluted]=1"
    expect(await shop.get(`/users/id?name=u1&${query}`)).toMatchObject({ status: 200 })
    expect(await shop.get("/users/id?__proto__[name]=u1")).toMatchObject(refusedWith(400))
    expect(Object({}).polluted).toBeUndefined()
  })
})

describe("every answer", () => {
  it.each([
    ["GET", "/products", 200],
    ["GET", "/products/%", 400],
    ["GET", "/nothing", 404],
    ["DELETE", "/orders", 405],
    ["POST", "/orders", 400],
    ["GET", "/docs", 200],
  ])("(%s %s: %s) tells browsers and caches to keep their hands off", async (method, path, status) => {
    const answer = await api.call(method, path)
    expect(answer.status).toBe(status)
    const names = ["content-security-policy", "x-content-type-options", "x-frame-options", "referrer-policy"]
    expect(names.filter((name) => !answer.headers.has(name))).toEqual([])
    expect(answer.headers.get("strict-transport-security")).toContain("max-age=")
    expect(answer.headers.get("cross-origin-resource-policy")).toBe("same-origin")
    expect(answer.headers.has("x-powered-by") || answer.headers.has("server")).toBe(false)
  })
})

// The last one, so that it sees what all others left.
describe("the log at level info", () => {
  it("holds no stack, no SQL and no warning after all that", async () => {
    await expect.poll(() => main.lines().length).toBeGreaterThan(50)
    const lines = main.lines()
    expect(lines.filter(({ level }) => level !== "info")).toEqual([])
    expect(JSON.stringify(lines)).not.toMatch(/\\n +at |node_modules|SELECT |INSERT |UPDATE /)
    expect(main.errors()).toBe("")
    expect(await api.get("/readyz")).toMatchObject({ status: 200 })
  })
})
