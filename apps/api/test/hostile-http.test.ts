import { brotliCompressSync, gzipSync } from "node:zlib"
import { afterAll, describe, expect, it } from "vitest"
import { request, sendRaw, statusOf } from "./support/raw-http.ts"
import { complaintsOf, startGuardedApi } from "./support/guarded-api.ts"

const guarded = await startGuardedApi()
afterAll(() => guarded[Symbol.asyncDispose]())

const { url, post } = guarded

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
  ])("(%s) is refused with 400, and the rest is not read", async (_what, bytes) => {
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

// The last one, so that it sees what all others left.
describe("the log at level info", () => {
  it("holds no stack, no SQL and no warning after all that", async () => {
    await expect.poll(() => guarded.main.lines().length).toBeGreaterThan(20)
    expect(complaintsOf(guarded)).toEqual({ lines: [], errors: "" })
    await guarded.api.get("/readyz").expect(200)
  })
})
