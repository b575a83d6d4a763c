import assert from "node:assert/strict"

import { startStack } from "@saleproof/stack/start.ts"
import { Client } from "pg"
import { z } from "zod"

import type { Io } from "@saleproof/command/io.ts"
import { parseBuckets } from "./histogram.ts"
import type { Buckets } from "./histogram.ts"
import { cpuSeconds } from "./metrics.ts"
import { familyCpuSeconds, parentOf } from "./processes.ts"

const SeedResult = z.object({ policyIds: z.array(z.int()), productIds: z.array(z.int()), users: z.int() })
const STOCK = 1_000_000_000
const COUPONS = 10_000_000
const CHARGE = 100_000_000
const CHARGES_AT_A_TIME = 50

export type Shop = Awaited<ReturnType<typeof startShop>>
export type Goods = { userIds: number[]; productIds: number[]; policyIds: number[] }
/** CPU seconds so far; null where the system does not say. */
export type Cpu = { api: number; worker: number; database: number | null }

const SERVICES = ["postgres", "redis", "api", "worker"] as const
type ShopOptions = {
  io: Io
  shopEnv: Record<string, string>
  /** All of them unless given. */
  services?: readonly (typeof SERVICES)[number][]
  /** Settings of PostgreSQL. */
  databaseSettings?: Record<string, string>
}

/** A private, durable shop of real processes: database, Redis, API and worker. */
export async function startShop({ io, shopEnv, services = SERVICES, databaseSettings = {} }: ShopOptions) {
  await using opened = new AsyncDisposableStack()
  const stack = opened.use(
    await startStack({
      env: io.env,
      services,
      shopEnv,
      databaseSettings,
      signal: io.interrupted,
    }),
  )
  const { url, databaseUrl, workerMetricsUrl } = stack.urls
  const database = new Client({ connectionString: databaseUrl })
  await database.connect()
  opened.defer(() => database.end())

  async function number(text: string, values: unknown[] = []): Promise<number> {
    const { rows } = await database.query<{ n: string }>(text, values)
    return Number(rows[0]?.n)
  }
  const postmaster = parentOf(await number("SELECT pg_backend_pid() AS n"))

  /** Empties the shop and seeds it with more than any round can sell; every user can pay. */
  async function seed({ users }: { users: number }): Promise<Goods> {
    const { policyIds, productIds } = SeedResult.parse(
      await post(`${url}/init`, { users, stock: STOCK, couponsPerPolicy: COUPONS, topSold: [] }),
    )
    const { rows } = await database.query<{ id: number }>("SELECT id FROM users ORDER BY id")
    const userIds = rows.map(({ id }) => id)
    for (let at = 0; at < userIds.length; at += CHARGES_AT_A_TIME) {
      const some = userIds.slice(at, at + CHARGES_AT_A_TIME)
      await Promise.all(some.map((id) => post(`${url}/users/${id}/balance`, { amount: CHARGE })))
    }
    return { userIds, productIds, policyIds }
  }

  const resources = opened.move()
  return {
    url,
    urls: stack.urls,
    workerMetricsUrl,
    database,
    seed,
    number,
    /** The database's clock; what is committed later is dated later. */
    now: async (): Promise<Date> => {
      const { rows } = await database.query<{ now: Date }>("SELECT clock_timestamp() AS now")
      assert(rows[0], "PostgreSQL has a clock")
      return rows[0].now
    },
    version: async (): Promise<string> => {
      const { rows } = await database.query<{ server_version: string }>("SHOW server_version")
      assert(rows[0], "PostgreSQL has a version")
      return rows[0].server_version
    },
    /** How long claims took to become coupons, in seconds. */
    visibleSeconds: async (): Promise<Buckets> =>
      parseBuckets(await (await fetch(workerMetricsUrl)).text(), "saleproof_coupon_visible_seconds"),
    cpu: async (): Promise<Cpu> => ({
      api: await cpuSeconds(`${url}/metrics`),
      worker: await cpuSeconds(workerMetricsUrl),
      database: postmaster === undefined ? null : familyCpuSeconds(postmaster),
    }),
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  }
}

async function post(url: string, body: object): Promise<unknown> {
  const response = await fetch(url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  })
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`)
  return response.json()
}
