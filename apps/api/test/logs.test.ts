import express from "express"
import supertest from "supertest"
import type { Response } from "supertest"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { createDb } from "../src/infra/db.ts"
import { createLogger } from "../src/infra/logger.ts"
import { createMetrics } from "../src/infra/metrics.ts"
import { listen } from "../src/http/server.ts"
import { observe } from "../src/http/observe.ts"
import { createDatabase, createTestRedis } from "./support/database.ts"
import type { Client } from "./support/api.ts"
import { startProcess } from "./support/processes.ts"
import { createShelf } from "./support/shop.ts"

const PASSWORD = "swordfish-of-the-database"
const LAB_TOKEN = "a-token-of-the-lab-that-nobody-knows"

const database = await createDatabase()
const redis = await createTestRedis()
const db = createDb({ url: database.url, name: "test", poolMax: 2 })
const shelf = createShelf(db)

// A role of this test's own, so that its password is used nowhere else.
const role = `shop_${crypto.randomUUID().replaceAll("-", "")}`
await db.$executeRawUnsafe(`CREATE ROLE ${role} LOGIN SUPERUSER PASSWORD '${PASSWORD}'`)
const databaseUrl = Object.assign(new URL(database.url), { username: role, password: PASSWORD }).href

const main = startProcess("main", {
  DATABASE_URL: databaseUrl,
  REDIS_URL: redis.url,
  PORT: "0",
  LAB_TOKEN,
  LOG_LEVEL: "trace",
})
let api: Client
let order: (headers: Record<string, string>) => Promise<Response>

beforeAll(async () => {
  api = supertest(String((await main.logged("listening")).url))
  const userId = await shelf.user({ balance: 1_000_000 })
  const productId = await shelf.product()
  order = async (headers) =>
    api
      .post("/orders")
      .set(headers)
      .send({ userId, items: [{ productId, quantity: 1 }] })
})

afterAll(async () => {
  await main[Symbol.asyncDispose]()
  await db.$executeRawUnsafe(`DROP ROLE ${role}`)
  await db.$disconnect()
  await redis[Symbol.asyncDispose]()
  await database[Symbol.asyncDispose]()
})

/** The lines of a request, once its own was written. */
async function linesOf(requestId: string) {
  const found = () => main.lines().filter((line) => line.requestId === requestId)
  await expect.poll(() => found().some(({ msg }) => msg === "request")).toBe(true)
  return found()
}

describe("the log", () => {
  it("has one line per request, with its id, the run's, the route, the status and the code", async () => {
    await order({ "x-request-id": "placed", "x-run-id": "20261122-120000-flow_rps-3f9a" })
    await api.get("/products/999999").set({ "x-request-id": "refused", "x-run-id": "r" })
    expect(await linesOf("placed")).toMatchObject([
      {
        level: "info",
        runId: "20261122-120000-flow_rps-3f9a",
        method: "POST",
        route: "/orders",
        status: 201,
      },
    ])
    expect(await linesOf("refused")).toMatchObject([
      { runId: "r", route: "/products/:id", status: 404, code: "PRODUCT_NOT_FOUND" },
    ])
  })

  it.each([
    ["would-forge", 'a"} {"level":"fatal'],
    ["is-too-long", "x".repeat(129)],
    ["has-spaces", "a b"],
  ])("leaves out the id of a run that %s", async (requestId, runId) => {
    await api.get("/healthz").set({ "x-request-id": requestId, "x-run-id": runId })
    const [line] = await linesOf(requestId)
    expect(line).not.toHaveProperty("runId")
  })

  it("has an unexpected error with its causes and its SQLSTATE, under the ids of request and run", async () => {
    await db.$executeRaw`ALTER TABLE orders ADD CONSTRAINT refusing CHECK (user_id = 0) NOT VALID`
    expect(await order({ "x-request-id": "broken", "x-run-id": "r-1" })).toMatchObject({ status: 500 })
    await db.$executeRaw`ALTER TABLE orders DROP CONSTRAINT refusing`
    const [error, request] = await linesOf("broken")
    expect(error).toMatchObject({
      level: "error",
      runId: "r-1",
      sqlstate: "23514",
      err: { type: expect.stringContaining("Error"), message: expect.stringContaining("refusing") },
    })
    expect(error).toHaveProperty("err.stack")
    expect(request).toMatchObject({ status: 500, code: "INTERNAL", sqlstate: "23514" })
  })

  it("says why a request was rejected because of PostgreSQL", async () => {
    const held = Promise.withResolvers<void>()
    const free = Promise.withResolvers<void>()
    const holder = db.$transaction(async (tx) => {
      await tx.$executeRaw`LOCK TABLE orders IN EXCLUSIVE MODE`
      held.resolve()
      await free.promise
    })
    await held.promise
    const answer = order({ "x-request-id": "cut-off" })
    await expect.poll(endWaiting).toBe(1)
    free.resolve()
    await holder
    expect(await answer).toMatchObject({ status: 503 })
    expect(await linesOf("cut-off")).toMatchObject([
      {
        status: 503,
        code: "UNAVAILABLE",
        sqlstate: "57P01",
        cause: expect.stringContaining("terminating connection"),
      },
    ])
  })

  it("has none of the secrets that the process was given or sent", async () => {
    const headers = { authorization: `Bearer ${LAB_TOKEN}`, cookie: "session=swordfish-of-a-customer" }
    await api.post("/init").set(headers).send({ users: 1 })
    await api
      .post("/init")
      .set({ ...headers, "x-request-id": "last" })
      .type("json")
      .send("{")
    await linesOf("last")
    const text = JSON.stringify(main.lines()) + main.errors()
    expect(text).toContain("listening")
    for (const secret of ["swordfish", LAB_TOKEN]) {
      expect(text).not.toContain(secret)
    }
  })
})

/** Ends the sessions of the API that wait for a lock; answers how many those were. */
const endWaiting = () => db.$executeRaw`
  SELECT pg_terminate_backend(pid) FROM pg_stat_activity
  WHERE datname = current_database() AND application_name = 'saleproof-api-write' AND wait_event_type = 'Lock'`

/** A logger and the lines that it wrote. */
function recorded() {
  const lines: Record<string, unknown>[] = []
  const destination = { write: (text: string) => void lines.push(Object(JSON.parse(text))) }
  return { logger: createLogger({ level: "trace", process: "test", destination }), lines }
}

describe("code that logs a secret by mistake", () => {
  it.each([
    { authorization: "Bearer hidden" },
    { req: { headers: { authorization: "Bearer hidden", cookie: "hidden" } } },
    { env: { DATABASE_URL: "postgres://a:hidden@b/c", LAB_TOKEN: "hidden", AUTH_JWT_SECRET: "hidden" } },
    { err: Object.assign(new Error("down"), { config: { connectionString: "hidden", password: "hidden" } }) },
    { options: { password: "hidden", token: "hidden" }, password: "hidden" },
  ])("does not reveal it: %j", (thing) => {
    const { logger, lines } = recorded()
    logger.info(thing, "test")
    const [line] = lines
    expect(line).toMatchObject({ msg: "test" })
    expect(JSON.stringify(line)).toContain("[redacted]")
    expect(JSON.stringify(line)).not.toContain("hidden")
  })
})

describe("under load", () => {
  it("writes 50 lines per second, says how many it left out, and leaves out no fault", async () => {
    let now = 0
    const { logger, lines } = recorded()
    const app = express().use(observe({ logger, metrics: createMetrics({ process: "api" }), now: () => now }))
    app.get("/:status", (req, res) => void res.sendStatus(Number(req.params.status)))
    const server = await listen(app, { host: "127.0.0.1", port: 0 })
    const client = supertest(server.url)
    for (let sent = 0; sent < 30; sent++) await client.get("/200")
    for (let sent = 0; sent < 30; sent++) await client.get("/503")
    await client.get("/500")
    await expect.poll(() => lines.some(({ status }) => status === 500)).toBe(true)
    const written = Map.groupBy(lines, ({ status }) => status)
    now = 1_000
    await client.get("/200")
    await server.close()

    expect([200, 503, 500].map((status) => written.get(status)?.length)).toEqual([30, 20, 1])
    expect(lines.at(-1)).toMatchObject({ status: 200, skipped: 10 })
  })
})
