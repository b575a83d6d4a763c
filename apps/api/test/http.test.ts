import { SeedRequest } from "../src/lab/schema.ts"
import { connect } from "node:net"
import { afterAll, afterEach, describe, expect, it } from "vitest"
import { problemType } from "../src/http/problem.ts"
import { startShop } from "./support/api.ts"

const shop = await startShop({ worker: false })
afterAll(() => shop[Symbol.asyncDispose]())

const order = async (body: string | object, headers: Record<string, string> = {}) =>
  shop.request.post("/orders").type("json").set(headers).send(body)

describe("a request", () => {
  it("gets security headers and its own id back", async () => {
    const { headers } = await shop.request.get("/healthz").set({ "X-Request-Id": "run-1.vu-7" })
    expect(headers["x-request-id"]).toBe("run-1.vu-7")
    expect(headers["x-content-type-options"]).toBe("nosniff")
    expect(headers["x-powered-by"]).toBeUndefined()
    expect(headers["etag"]).toBeUndefined()
  })

  it("gets a new id when its own is not fit for a log", async () => {
    const { headers } = await shop.request.get("/healthz").set({ "X-Request-Id": "a b<script>" })
    expect(headers["x-request-id"]).toMatch(/^[\da-f-]{36}$/)
  })

  it("is answered with a problem document that has the same bytes each time", async () => {
    const [first, second] = [
      await shop.request.get("/products/9999"),
      await shop.request.get("/products/9999"),
    ]
    expect(first.status).toBe(404)
    expect(first.headers["content-type"]).toMatch(/^application\/problem\+json/)
    expect(first.body).toEqual({
      type: problemType("PRODUCT_NOT_FOUND"),
      title: "No such product",
      status: 404,
      detail: "There is no product 9999",
      code: "PRODUCT_NOT_FOUND",
    })
    expect(second.text).toBe(first.text)
  })

  it.each(["/nothing", "/orders/", "/users", "/products/1/2"])(
    "for %s, which is no path, gets 404",
    async (path) => {
      expect(await shop.request.put(path)).toMatchObject({
        body: { code: expect.stringMatching(/NOT_FOUND|METHOD/) },
      })
      expect((await shop.request.get("/nothing")).status).toBe(404)
    },
  )

  it("with a method that the path does not know gets 405 and the ones it knows", async () => {
    const answer = await shop.request.delete("/users/1/balance")
    expect(answer).toMatchObject({ status: 405, body: { code: "METHOD_NOT_ALLOWED" } })
    expect(answer.headers["allow"]).toBe("POST, GET")
  })
})

describe("a hostile body", () => {
  it.each([
    ["broken JSON", '{"userId":'],
    ["an array", "[]"],
    ["null", "null"],
    ["a text", '"userId"'],
    ["nothing", ""],
    ["deep nesting", `${'{"a":'.repeat(5_000)}1${"}".repeat(5_000)}`],
    ["a prototype", '{"__proto__":{"userId":1},"items":[]}'],
    ["a number beyond 2^53", '{"userId":9007199254740993,"items":[{"productId":1,"quantity":1}]}'],
    ["a fraction", '{"userId":1.5,"items":[{"productId":1,"quantity":1}]}'],
    ["an exponent", '{"userId":1e400,"items":[{"productId":1,"quantity":1}]}'],
  ])("of %s is refused with 400", async (_what, body) => {
    const answer = await order(body, { "content-type": "application/json" })
    expect(answer).toMatchObject({ status: 400, body: { code: "BAD_REQUEST" } })
    expect(answer.text).not.toMatch(/ at |node_modules|SyntaxError|SELECT/)
  })

  it("of another media type is refused with 415", async () => {
    expect(await order("userId=1", { "content-type": "text/plain" })).toMatchObject({ status: 415 })
  })

  it("of more than 64 KiB is refused with 413", async () => {
    expect(await order({ items: "x".repeat(70_000) })).toMatchObject({
      status: 413,
      body: { code: "PAYLOAD_TOO_LARGE" },
    })
  })
})

describe("a hostile path or query", () => {
  it.each([
    "/users/%E0%A4%A/balance",
    "/users/abc/balance",
    "/users/0/balance",
    "/users/-1/balance",
    "/users/99999999999999999999/balance",
    "/users/1e3/balance",
    "/users/id",
    "/users/id?name=",
    "/users/id?name=a%00b",
    "/users/id?name=a%0Ab",
    "/users/id?name=%E2%80%A8",
    `/users/id?name=${"x".repeat(101)}`,
    "/users/id?name=a&name=b",
    "/users/id?name[x]=a",
    "/products?limit=0",
    "/products/top?limit=101",
  ])("%s is refused with 400", async (path) => {
    expect(await shop.request.get(path)).toMatchObject({ status: 400, body: { code: "BAD_REQUEST" } })
  })

  it("with more than 16 KiB of headers is refused with 431", async () => {
    const { port } = new URL(shop.url)
    const socket = connect(Number(port), "127.0.0.1")
    socket.write(`GET /healthz HTTP/1.1\r\nHost: x\r\nX-Flood: ${"x".repeat(20_000)}\r\n\r\n`)
    const chunks: Buffer[] = []
    for await (const chunk of socket) chunks.push(Buffer.from(chunk))
    expect(Buffer.concat(chunks).toString()).toMatch(/^HTTP\/1\.1 431/)
  })
})

describe("the probes", () => {
  afterEach(() => {
    shop.lifecycle.stopping = false
  })

  it("say ready while everything answers", async () => {
    await shop.services.lab.seed(SeedRequest.parse({}))
    expect(await shop.request.get("/readyz")).toMatchObject({
      status: 200,
      body: {
        status: "ready",
        checks: [
          { name: "database", ok: true },
          { name: "redis", ok: true },
          { name: "queue", ok: true },
          { name: "realtime ranking", ok: true },
        ],
      },
    })
  })

  it("say 503 once the process is stopping, while it still serves", async () => {
    shop.lifecycle.stopping = true
    expect(await shop.request.get("/readyz")).toMatchObject({ status: 503, body: { status: "stopping" } })
    const alive = await shop.request.get("/healthz")
    expect(alive.status).toBe(200)
    expect(alive.headers["connection"]).toBe("close")
  })
})

describe("admission", () => {
  it("refuses at once what is above the limit of requests in progress", async () => {
    await using small = await startShop({ worker: false, variables: { MAX_IN_FLIGHT: "1" } })
    const answers = await Promise.all(Array.from({ length: 50 }, () => small.request.get("/products")))
    const refused = answers.filter(({ status }) => status === 503)
    expect(refused.length).toBeGreaterThan(0)
    expect(refused[0]).toMatchObject({ body: { code: "OVERLOADED" } })
    expect(refused[0]?.headers["retry-after"]).toBe("1")
    expect(answers.some(({ status }) => status === 200)).toBe(true)
    await small.request.get("/products").expect(200)
  })

  it("refuses the order that would wait too long, and nothing else", async () => {
    await using small = await startShop({ worker: false, variables: { MAX_QUEUED_ORDERS: "1" } })
    const order = async () =>
      small.request.post("/orders").send({ userId: 1, items: [{ productId: 1, quantity: 1 }] })
    const [reads, answers] = await Promise.all([
      Promise.all(Array.from({ length: 20 }, () => small.request.get("/products"))),
      Promise.all(Array.from({ length: 50 }, order)),
    ])
    const refused = answers.filter(({ status }) => status === 503)
    expect(refused.length).toBeGreaterThan(0)
    expect(refused[0]?.headers["retry-after"]).toBe("1")
    expect(reads.every(({ status }) => status === 200)).toBe(true)
    expect(await order()).toMatchObject({ status: 404 })
  })
})

describe("the metrics", () => {
  it("count requests by route, never by path, and refusals by code", async () => {
    await shop.request.get("/products/12345")
    const { text } = await shop.request.get("/metrics")
    expect(text).toMatch(
      /saleproof_http_request_duration_seconds_count\{[^}]*route="\/products\/:id",status="404"[^}]*\} \d/,
    )
    expect(text).toMatch(/saleproof_refusals_total\{code="PRODUCT_NOT_FOUND"[^}]*\} \d/)
    expect(text).toMatch(/saleproof_build_info\{version="[\d.]+"/)
    expect(text).not.toContain("12345")
  })
})
