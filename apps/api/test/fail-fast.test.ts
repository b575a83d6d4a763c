import { once } from "node:events"
import { connect, createServer } from "node:net"

import { listen } from "@saleproof/stack/listen.ts"
import { afterAll, afterEach, expect, it, vi } from "vitest"
import { settlesWithin } from "../src/infra/database-heartbeat.ts"
import { startApi } from "./support/api.ts"
import { createDatabase, createTestRedis } from "./support/database.ts"
import { startPausableProxy } from "./support/pausable-proxy.ts"

await using opened = new AsyncDisposableStack()
const database = opened.use(await createDatabase())
const redis = opened.use(await createTestRedis())
const proxy = opened.use(await startPausableProxy({ url: database.url }))
const api = opened.use(await startApi({ databaseUrl: proxy.url, redisUrl: redis.url }))
const resources = opened.move()
afterAll(() => resources.disposeAsync())
afterEach(() => proxy.resume())

const UNAVAILABLE = { status: 503, body: { code: "UNAVAILABLE" } }
const served = () => expect.poll(async () => (await api.request.get("/products")).status).toBe(200)

it("waiting and new requests get 503 immediately while the database does not respond", async () => {
  await served()
  proxy.pause()
  // More than there are connections, so that some wait for one.
  const waiting = await Promise.all(Array.from({ length: 20 }, () => api.request.get("/products")))
  for (const answer of waiting) expect(answer).toMatchObject(UNAVAILABLE)
  expect(waiting[0]?.headers["retry-after"]).toBe("1")
  expect(await api.request.post("/orders").send({})).toMatchObject(UNAVAILABLE)
  expect((await api.request.get("/healthz")).status).toBe(200)
  proxy.resume()
  await served()
})

it("a charge in progress when the database stops responding happens once, and its key gets the outcome", async () => {
  await served()
  const { body: userId } = await api.request.get("/users/id?name=fail-fast")
  const charge = async () =>
    api.request
      .post(`/users/${String(userId)}/balance`)
      .set({ "idempotency-key": "under-way" })
      .send({ amount: 500 })
  expect((await api.request.get(`/users/${String(userId)}/balance`)).body).toMatchObject({ balance: 0 })
  proxy.pause()
  expect(await charge()).toMatchObject(UNAVAILABLE)
  proxy.resume()
  await expect.poll(charge).toMatchObject({ status: 201, body: { balance: 500 } })
  expect((await api.request.get(`/users/${String(userId)}/balance`)).body).toMatchObject({ balance: 500 })
})

it("a request that was rejected is not answered twice, and that is not logged as an error", async () => {
  await served()
  const logged = vi.spyOn(api.deps.logger, "error")
  proxy.pause()
  expect(await api.request.get("/products")).toMatchObject(UNAVAILABLE)
  proxy.resume()
  await served()
  expect(logged.mock.calls).toEqual([])
})

it("a response that arrives while the event loop is blocked counts as in time", async () => {
  const server = createServer((socket) => socket.pipe(socket))
  const socket = connect((await listen(server)).port, "127.0.0.1")
  await once(socket, "connect")
  const answer = once(socket, "data")
  const answered = settlesWithin(200, answer)
  socket.write("?")
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_000)
  expect(await answered).toBe(true)
  socket.destroy()
  server.close()
})
