import supertest from "supertest"
import { afterAll, describe, expect, it, onTestFinished, vi } from "vitest"
import { CouponList } from "../src/coupons/schema.ts"
import { SeedResult } from "../src/lab/schema.ts"
import { createDatabase, createTestRedis } from "./support/database.ts"
import { startProcess } from "./support/processes.ts"

const database = await createDatabase()
const redis = await createTestRedis()
afterAll(async () => {
  await redis[Symbol.asyncDispose]()
  await database[Symbol.asyncDispose]()
})

const environment = { DATABASE_URL: database.url, REDIS_URL: redis.url, PORT: "0", WORKER_METRICS_PORT: "0" }

function run(program: "main" | "worker", variables: Record<string, string> = {}) {
  const started = startProcess(program, { ...environment, ...variables })
  onTestFinished(() => started[Symbol.asyncDispose]())
  return started
}

async function runApi() {
  const process = run("main")
  const { url } = await process.logged("listening")
  return { process, api: supertest(String(url)), url: String(url) }
}

async function runWorker() {
  const process = run("worker")
  const { metricsUrl } = await process.logged("working")
  return { process, metrics: supertest(String(metricsUrl)) }
}

describe("the API and its worker as processes", () => {
  it("serve a claim from end to end, and both end with exit code 0 on SIGTERM", async () => {
    const [{ process: main, api }, { process: worker, metrics }] = await Promise.all([runApi(), runWorker()])
    const { policyIds } = SeedResult.parse((await api.post("/init").send({ users: 1 })).body)
    const userId = Number((await api.get("/users/id?name=u1")).body)
    await api.post(`/coupons?userId=${userId}&policyId=${policyIds[0]}`).expect(201)
    const coupons = async () => CouponList.parse((await api.get(`/users/${userId}/coupons`)).body)
    await expect.poll(coupons).toHaveLength(1)
    expect((await metrics.get("/metrics")).text).toMatch(/saleproof_claims_drained_total\{[^}]*\} 1/)

    main.kill("SIGTERM")
    worker.kill("SIGTERM")
    expect(await main.exited).toEqual({ code: 0, signal: null })
    expect(await worker.exited).toEqual({ code: 0, signal: null })
  })

  it("finish the requests in progress on SIGTERM", async () => {
    const { process: main, api } = await runApi()
    await api.post("/init").send({ users: 1 })
    const userId = Number((await api.get("/users/id?name=u1")).body)
    const charges = Array.from({ length: 100 }, async () =>
      api.post(`/users/${userId}/balance`).send({ amount: 1 }),
    )
    await Promise.race(charges)
    main.kill("SIGTERM")
    const settled = await Promise.allSettled(charges)
    const answered = settled.filter(({ status }) => status === "fulfilled").length
    expect(await main.exited).toEqual({ code: 0, signal: null })

    const { api: next } = await runApi()
    const { body } = await next.get(`/users/${userId}/balance`)
    expect(body).toEqual({ userId, balance: answered })
  })

  it("end at once on another signal", async () => {
    const started = run("main", { DRAIN_DELAY_MS: "8000" })
    await started.logged("listening")
    started.kill("SIGTERM")
    await started.logged("stopping")
    started.kill("SIGTERM")
    expect(await started.exited).toEqual({ code: 1, signal: null })
  })

  it("keep every accepted claim when the worker is killed in the middle of it", async () => {
    const { api } = await runApi()
    const { process: doomed } = await runWorker()
    const { policyIds } = SeedResult.parse((await api.post("/init").send({ policies: 1 })).body)
    const first = Number((await api.get("/users/id?name=u1")).body)
    const claims = Array.from({ length: 300 }, async (_, n) =>
      api.post(`/coupons?userId=${first + n}&policyId=${policyIds[0]}`),
    )
    await Promise.race(claims)
    doomed.kill("SIGKILL")
    const accepted = (await Promise.all(claims)).filter(({ status }) => status === 201)
    expect(accepted).toHaveLength(300)

    await runWorker()
    await vi.waitFor(
      async () => {
        const { body } = await api.get("/audit")
        expect(body).toMatchObject({ ok: true })
        const coupons = await Promise.all(
          claims.map(async (_, n) => (await api.get(`/users/${first + n}/coupons`)).body),
        )
        expect(coupons.flat()).toHaveLength(300)
      },
      { timeout: 20_000, interval: 200 },
    )
  })
})

describe("a process that cannot start", () => {
  it.each(["main", "worker"] as const)(
    "lists everything that is wrong with the environment of %s",
    async (program) => {
      const started = run(program, { PORT: "x", DATABASE_URL: "", LOG_LEVEL: "loud", LAB_TOKEN: "short" })
      expect(await started.exited).toMatchObject({ code: 1 })
      for (const name of ["PORT", "DATABASE_URL", "LOG_LEVEL", "LAB_TOKEN"])
        expect(started.errors()).toContain(name)
    },
  )

  it("refuses a lab without a token and users without tokens in production", async () => {
    const started = run("main", { NODE_ENV: "production", LAB: "on", PORT: "x" })
    expect(await started.exited).toMatchObject({ code: 1 })
    for (const name of ["LAB_TOKEN", "AUTH", "PORT"]) expect(started.errors()).toContain(name)
  })

  it("says in one line that PostgreSQL does not answer, without its password", async () => {
    const url = "postgres://postgres:secret@127.0.0.1:1/shop"
    const started = run("main", { DATABASE_URL: url, BOOT_WAIT_MS: "3000" })
    expect(await started.exited).toMatchObject({ code: 1 })
    expect(started.errors()).toMatch(/^saleproof api cannot start: PostgreSQL does not answer.*\n$/)
    expect(started.errors()).not.toContain("secret")
  })
})
