import { once } from "node:events"
import { connect, createServer } from "node:net"

import { listen } from "@saleproof/stack/listen.ts"
import { afterAll, describe, expect, it, onTestFinished } from "vitest"
import { toRefusal } from "../src/http/problem.ts"
import { startApi } from "./support/api.ts"
import { createDatabase, createTestRedis } from "./support/database.ts"
import { startProcess } from "./support/processes.ts"
import { request, sendRaw, statusOf } from "./support/raw-http.ts"
import { startPausableProxy } from "./support/pausable-proxy.ts"

await using opened = new AsyncDisposableStack()
const database = opened.use(await createDatabase())
const redis = opened.use(await createTestRedis())
const proxy = opened.use(await startPausableProxy({ url: redis.url }))
const api = opened.use(await startApi({ databaseUrl: database.url, redisUrl: proxy.url }))
const resources = opened.move()
afterAll(() => resources.disposeAsync())

const BODY = ["Content-Type: application/json", "Content-Length: 60000"]

/** Sends a piece again and again until the server has closed the connection; resolves to its response. */
async function drip(first: string, piece: string): Promise<string> {
  const { port } = new URL(api.url)
  const socket = connect(Number(port), "127.0.0.1")
  let said = ""
  socket.on("error", () => undefined).on("data", (chunk) => (said += String(chunk)))
  socket.write(first)
  const again = setInterval(() => socket.write(piece), 200)
  await once(socket, "close")
  clearInterval(again)
  return said
}

/** A server that takes connections and never responds. */
async function startMute(): Promise<number> {
  const server = createServer((socket) => socket.on("error", () => undefined))
  onTestFinished(() => void server.close())
  return (await listen(server)).port
}

describe("a slow client", () => {
  it("is cut off, whether it stops in the headers or the body or drips", async () => {
    const headers = "GET /products HTTP/1.1\r\nHost: shop\r\n"
    const body = request("POST /orders", BODY, '{"userId":')
    const cutOff: string[] = []
    const ended = async (what: string, said: Promise<string>) => {
      expect(statusOf(await said)).toBe(408)
      cutOff.push(what)
    }
    await Promise.all([
      ended("body", sendRaw(api.url, body)),
      ended("headers", sendRaw(api.url, headers)),
      ended("body", drip(body, " ")),
      ended("headers", drip(headers, "X-A: b\r\n")),
    ])
    // Headers are given half the time that a whole request has.
    expect(cutOff).toEqual(["headers", "headers", "body", "body"])
    await api.request.get("/products").expect(200)
    await expect.poll(inFlight).toBe(0)
  })

  it("gets the time for which its connection is kept", async () => {
    const answer = await fetch(new URL("/healthz", api.url), { headers: { connection: "keep-alive" } })
    expect(answer.headers.get("keep-alive")).toBe("timeout=65")
  })
})

/** Requests in progress, except the one that reads this. */
async function inFlight(): Promise<number> {
  const { text } = await api.request.get("/metrics")
  return Number(/saleproof_http_requests_in_flight\{[^}]*\} (\d+)/.exec(text)?.[1]) - 1
}

describe("every connection to PostgreSQL", () => {
  it.each(["readDb", "writeDb"] as const)(
    "of %s gives up locks, statements and transactions by itself",
    async (pool) => {
      const settings = await api.deps[pool].$queryRaw`
        SELECT current_setting('lock_timeout') AS lock, current_setting('statement_timeout') AS statement,
          current_setting('idle_in_transaction_session_timeout') AS idle`
      expect(settings).toEqual([{ lock: "2s", statement: "4s", idle: "6s" }])
    },
  )

  it("ends a statement that takes too long, which is 503 for those who wait", async () => {
    const error: unknown = await api.deps.readDb.$queryRaw`SELECT pg_sleep(300)`.catch(
      (cause: unknown) => cause,
    )
    expect(toRefusal(error)).toMatchObject({ status: 503 })
  })
})

describe("while Redis does not respond", () => {
  it("requests that need it get 503, and others are served", async () => {
    await api.request.post("/init").send({ users: 1 })
    await api.request.get("/products/top/realtime").expect(200)
    proxy.pause()
    expect(await api.request.get("/products/top/realtime")).toMatchObject({
      status: 503,
      body: { code: "UNAVAILABLE" },
    })
    expect(await api.request.get("/readyz")).toMatchObject({ status: 200, body: { status: "degraded" } })
    await api.request.get("/healthz").expect(200)
    await api.request.get("/products").expect(200)
    proxy.resume()
    await expect.poll(async () => (await api.request.get("/readyz")).body).toMatchObject({ status: "ready" })
  })
})

describe("a process that starts", () => {
  it("waits a limited time for a PostgreSQL that does not respond", async () => {
    const urls = { DATABASE_URL: `postgres://a:b@127.0.0.1:${await startMute()}/c`, REDIS_URL: redis.url }
    await using started = startProcess("main", { ...urls, PORT: "0", BOOT_WAIT_MS: "5000" })
    expect(await started.exited).toEqual({ code: 1, signal: null })
    expect(started.errors()).toContain("PostgreSQL does not answer")
  })

  it("starts although Redis does not respond", async () => {
    const urls = { DATABASE_URL: database.url, REDIS_URL: `redis://127.0.0.1:${await startMute()}` }
    await using started = startProcess("main", { ...urls, PORT: "0" })
    expect(await started.logged("Redis does not answer; starting without it")).toMatchObject({
      level: "warn",
    })
    const { url } = await started.logged("listening")
    expect((await fetch(new URL("/readyz", String(url)))).status).toBe(200)
  })
})

describe("a process that gets SIGTERM", () => {
  const start = async (variables: Record<string, string> = {}) => {
    const urls = { DATABASE_URL: database.url, REDIS_URL: redis.url }
    const started = startProcess("main", { ...urls, PORT: "0", ...variables })
    onTestFinished(() => started[Symbol.asyncDispose]())
    return { started, url: String((await started.logged("listening")).url) }
  }

  it("reports first that it is not ready, still serves, then stops listening and ends with exit code 0", async () => {
    const { started, url } = await start({ DRAIN_DELAY_MS: "2000" })
    started.kill("SIGTERM")
    await started.logged("stopping")
    const ready = await fetch(new URL("/readyz", url))
    expect([ready.status, Object(await ready.json()).status]).toEqual([503, "stopping"])
    const served = await fetch(new URL("/products", url))
    expect([served.status, served.headers.get("connection")]).toEqual([200, "close"])
    expect(await started.exited).toEqual({ code: 0, signal: null })
    await expect(fetch(new URL("/healthz", url))).rejects.toThrow("fetch failed")
  })

  it("does not wait for a client that has sent half a request, and still ends with exit code 0", async () => {
    const { started, url } = await start()
    const half = sendRaw(url, request("POST /orders", BODY, "{"))
    await expect
      .poll(
        async () =>
          (await (await fetch(new URL("/metrics", url))).text()).match(/in_flight\{[^}]*\} (\d)/)?.[1],
      )
      .toBe("2")
    started.kill("SIGTERM")
    expect(await started.exited).toEqual({ code: 0, signal: null })
    expect(statusOf(await half)).not.toBe(200)
  })
})
