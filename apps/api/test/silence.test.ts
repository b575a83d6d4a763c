import { once } from "node:events"
import { connect, createServer } from "node:net"
import { afterAll, afterEach, expect, it, vi } from "vitest"
import { settlesWithin } from "../src/infra/pulse.ts"
import { startApi } from "./support/api.ts"
import { createDatabase, createTestRedis } from "./support/database.ts"
import { startSilentProxy } from "./support/silent-proxy.ts"

await using opened = new AsyncDisposableStack()
const database = opened.use(await createDatabase())
const redis = opened.use(await createTestRedis())
const proxy = opened.use(await startSilentProxy({ url: database.url }))
const api = opened.use(await startApi({ databaseUrl: proxy.url, redisUrl: redis.url }))
const resources = opened.move()
afterAll(() => resources.disposeAsync())
afterEach(() => proxy.speakAgain())

const UNAVAILABLE = { status: 503, body: { code: "UNAVAILABLE" } }
const served = () => expect.poll(async () => (await api.get("/products")).status).toBe(200)

it("who waits for a database that falls silent hears 503, and so does who comes, until it speaks again", async () => {
  await served()
  proxy.fallSilent()
  // More than there are connections, so that some wait for one.
  const waiting = await Promise.all(Array.from({ length: 20 }, () => api.get("/products")))
  for (const answer of waiting) expect(answer).toMatchObject(UNAVAILABLE)
  expect(waiting[0]?.headers.get("retry-after")).toBe("1")
  expect(await api.post("/orders", { body: {} })).toMatchObject(UNAVAILABLE)
  expect((await api.get("/healthz")).status).toBe(200)
  proxy.speakAgain()
  await served()
})

it("what was under way when the database fell silent happens once, and its key finds out", async () => {
  await served()
  const { body: userId } = await api.get("/users/id?name=silence")
  const charge = () =>
    api.post(`/users/${String(userId)}/balance`, {
      body: { amount: 500 },
      headers: { "idempotency-key": "under-way" },
    })
  expect((await api.get(`/users/${String(userId)}/balance`)).body).toMatchObject({ balance: 0 })
  proxy.fallSilent()
  expect(await charge()).toMatchObject(UNAVAILABLE)
  proxy.speakAgain()
  await expect.poll(charge).toMatchObject({ status: 201, body: { balance: 500 } })
  expect((await api.get(`/users/${String(userId)}/balance`)).body).toMatchObject({ balance: 500 })
})

it("who was refused is not answered twice, and nobody takes that for an error", async () => {
  await served()
  const logged = vi.spyOn(api.deps.logger, "error")
  proxy.fallSilent()
  expect(await api.get("/products")).toMatchObject(UNAVAILABLE)
  proxy.speakAgain()
  await served()
  expect(logged.mock.calls).toEqual([])
})

it("an answer that came while the event loop stood still is not silence", async () => {
  const server = createServer((socket) => socket.pipe(socket)).listen(0, "127.0.0.1")
  await once(server, "listening")
  const address = server.address()
  const socket = connect(typeof address === "object" ? (address?.port ?? 0) : 0, "127.0.0.1")
  await once(socket, "connect")
  const answer = once(socket, "data")
  const answered = settlesWithin(200, answer)
  socket.write("?")
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_000)
  expect(await answered).toBe(true)
  socket.destroy()
  server.close()
})
