import process from "node:process"
import { startStack } from "@saleproof/stack/start.ts"
import { describe, expect, it, onTestFinished, vi } from "vitest"
import { startShop } from "./support/api.ts"
import { startProcess } from "./support/processes.ts"
import { administer, createRole, nameOf, openShop, runShop, startRedis } from "./support/services.ts"
import { RIGHT, timesIn } from "./support/times.ts"
import { createTrade } from "./support/trade.ts"

describe("a time zone other than UTC", () => {
  it.each(["Asia/Seoul", "America/New_York"])("of the database changes no time: %s", async (zone) => {
    const services = await openShop({
      prepare: (url) => administer(url, `ALTER DATABASE ${nameOf(url)} SET timezone = '${zone}'`),
    })
    expect(await timesIn(await runShop(services))).toEqual(RIGHT)
  })

  it.each(["Asia/Seoul", "America/New_York"])("of the server changes no time: %s", async (zone) => {
    const stack = await startStack({
      env: process.env,
      services: ["postgres", "redis"],
      migrate: true,
      databaseSettings: { timezone: zone },
    })
    onTestFinished(stack.stop)
    expect(await timesIn(await runShop(stack.urls))).toEqual(RIGHT)
  })

  it("of the URL's own options changes no time, and its other options count", async () => {
    const services = await openShop({})
    const options = "-c timezone=Asia/Seoul -c work_mem=9MB"
    const api = await runShop({
      ...services,
      databaseUrl: `${services.databaseUrl}?options=${encodeURIComponent(options)}`,
    })
    expect(await timesIn(api)).toEqual(RIGHT)
    expect(await api.deps.readDb.$queryRaw`SHOW work_mem`).toEqual([{ work_mem: "9MB" }])
  })

  it.each(["Asia/Seoul", "America/New_York"])("of the role changes no time: %s", async (zone) => {
    const services = await openShop({})
    const { url } = await createRole(services.databaseUrl, [`timezone = '${zone}'`])
    expect(await timesIn(await runShop({ ...services, databaseUrl: url }))).toEqual(RIGHT)
  })
})

describe("a database that takes no writes", () => {
  it("is 503 and not ready, and served again as soon as it takes them", async () => {
    await using shop = await startShop()
    const trade = createTrade(shop.request)
    const { user, product, policy } = await trade.seed({ users: 2, policies: 1 })
    await trade.charge(user(1), 100_000)
    const readOnly = (value: "on" | "off") =>
      administer(
        shop.databaseUrl,
        `ALTER DATABASE ${nameOf(shop.databaseUrl)} SET default_transaction_read_only = ${value}`,
      )
    const endSessions = `
      SELECT pg_terminate_backend(pid) FROM pg_stat_activity
      WHERE datname = current_database() AND pid <> pg_backend_pid()`

    await readOnly("on")
    await administer(shop.databaseUrl, endSessions)
    const writes = () =>
      Promise.all([
        trade.order({ userId: user(1), items: [{ productId: product(1), quantity: 1 }] }),
        trade.charge(user(2), 1),
        trade.claim({ userId: user(2), policyId: policy(1) }),
      ])
    await vi.waitFor(async () => {
      for (const answer of await writes()) {
        expect(answer).toMatchObject({
          status: 503,
          body: { code: "UNAVAILABLE", detail: "The database takes no writes" },
        })
        expect(answer.headers["retry-after"]).toBe("1")
      }
    })
    await expect
      .poll(() => shop.request.get("/readyz"))
      .toMatchObject({ status: 503, body: { status: "not ready" } })

    // The sessions that began meanwhile stay read only; only new ones can write.
    await administer(
      `${shop.databaseUrl}?options=-c%20default_transaction_read_only%3Doff`,
      `
      ALTER DATABASE ${nameOf(shop.databaseUrl)} SET default_transaction_read_only = off`,
    )
    const order = () => trade.order({ userId: user(1), items: [{ productId: product(1), quantity: 1 }] })
    await expect.poll(order).toMatchObject({ status: 201 })
    expect((await writes()).map(({ status }) => status)).toEqual([201, 201, 201])
    await expect.poll(() => shop.request.get("/readyz")).toMatchObject({ status: 200 })
  })
})

describe("a column whose type changes while the shop runs", () => {
  it("fails no request", async () => {
    await using shop = await startShop({ worker: false })
    await shop.request.post("/init")
    const many = async () => {
      const answers = await Promise.all(
        Array.from({ length: 30 }, (_, n) => shop.request.get(n % 2 ? "/products" : "/products/1")),
      )
      return new Set(answers.map(({ status }) => status))
    }
    expect(await many()).toEqual(new Set([200]))
    await administer(shop.databaseUrl, "ALTER TABLE products ALTER COLUMN name TYPE varchar(200)")
    expect(await many()).toEqual(new Set([200]))
  })
})

describe("one connection for each use", () => {
  it("is enough for all that the shop does", async () => {
    await using shop = await startShop({ variables: { DB_WRITE_POOL: "1", DB_READ_POOL: "1" } })
    const trade = createTrade(shop.request)
    const { user, product, policy } = await trade.seed({ users: 20, policies: 1 })
    const users = Array.from({ length: 20 }, (_, n) => user(n + 1))
    await Promise.all(users.map((id) => trade.charge(id, 10_000, `key-${id}`)))
    await Promise.all([
      ...users.map((userId) => trade.order({ userId, items: [{ productId: product(1), quantity: 1 }] })),
      ...users.map((userId) => trade.claim({ userId, policyId: policy(1) })),
    ])
    await expect.poll(() => trade.violations()).toEqual({})
    expect(await trade.stockOf(product(1))).toBe(2_000_000 - 20)
  })
})

describe("a Redis that is full", () => {
  it("is the reason that the log gives for a ranking that cannot be built", async () => {
    const { databaseUrl } = await openShop({})
    await using worker = startProcess("worker", {
      DATABASE_URL: databaseUrl,
      REDIS_URL: await startRedis("--maxmemory", "1"),
      WORKER_METRICS_PORT: "0",
    })
    const { reason } = await worker.logged("the realtime ranking cannot be built")
    expect(reason).toMatch(/OOM command not allowed/)
  })
})

describe("a Redis that is not fit", () => {
  it.each([
    ["may drop what it holds", ["--maxmemory-policy", "allkeys-lru"], "maxmemory-policy allkeys-lru"],
    ["is a cluster", ["--cluster-enabled", "yes"], "cluster mode"],
  ])("is refused at the start when it %s", async (_what, settings, reason) => {
    const services = await openShop({})
    const redisUrl = await startRedis(...settings)
    for (const program of ["main", "worker"] as const) {
      await using started = startProcess(program, {
        DATABASE_URL: services.databaseUrl,
        REDIS_URL: redisUrl,
        PORT: "0",
        WORKER_METRICS_PORT: "0",
      })
      expect(await started.exited).toMatchObject({ code: 1 })
      expect(started.errors()).toContain(reason)
    }
  })
})
