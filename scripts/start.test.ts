import { join } from "node:path"
import process from "node:process"

import { execa } from "execa"
import { expect, it } from "vitest"

import { freePort } from "@saleproof/stack/ports.ts"
import { createDatabase, createTestRedis } from "@saleproof/api/test/support/database.ts"

const START = join(import.meta.dirname, "start.ts")

async function startShop(services: { databaseUrl: string; redisUrl: string }) {
  const port = await freePort()
  const metricsPort = await freePort()
  const shop = execa(process.execPath, [START], {
    env: {
      DATABASE_URL: services.databaseUrl,
      REDIS_URL: services.redisUrl,
      PORT: String(port),
      WORKER_METRICS_PORT: String(metricsPort),
    },
    reject: false,
  })
  const statusOf = (url: string) =>
    fetch(url).then(
      ({ status }) => status,
      () => 0,
    )
  return {
    shop,
    api: () => statusOf(`http://127.0.0.1:${port}/readyz`),
    worker: () => statusOf(`http://127.0.0.1:${metricsPort}/metrics`),
    [Symbol.asyncDispose]: async () => void (shop.kill("SIGKILL"), await shop),
  }
}

it("runs the API and its worker, and stops both on SIGTERM", async () => {
  await using database = await createDatabase()
  await using redis = await createTestRedis()
  await using running = await startShop({ databaseUrl: database.url, redisUrl: redis.url })
  await expect.poll(running.api, { timeout: 20_000 }).toBe(200)
  await expect.poll(running.worker, { timeout: 20_000 }).toBe(200)
  running.shop.kill("SIGTERM")
  expect(await running.shop).toMatchObject({ exitCode: 0 })
  expect([await running.api(), await running.worker()]).toEqual([0, 0])
})

it("lists what is wrong with the environment and fails", async () => {
  await using running = await startShop({ databaseUrl: "mysql://nowhere/x", redisUrl: "nowhere" })
  const { exitCode, all = "", stderr } = await running.shop
  expect(exitCode).not.toBe(0)
  expect(stderr + all).toContain("DATABASE_URL")
})

it("names the example of settings when there are none: exit 2", async () => {
  const { exitCode, stderr } = await execa(process.execPath, [START], {
    env: { DATABASE_URL: "", REDIS_URL: "" },
    reject: false,
  })
  expect(exitCode).toBe(2)
  expect(stderr).toMatch(/^error: DATABASE_URL and REDIS_URL are not set\.\n {2}→ cp \.env\.example \.env/)
})
