import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { createWaitingClaims } from "../src/coupons/waiting.ts"
import { addDatabaseMetrics } from "../src/infra/database-metrics.ts"
import { createMetrics } from "../src/infra/metrics.ts"
import { addWaitingGauges } from "../src/shop/gauges.ts"
import { createDb } from "../src/infra/db.ts"
import { createDatabase } from "./support/database.ts"
import { startShop } from "./support/api.ts"
import { createShelf } from "./support/shop.ts"
import { createTrade, times } from "./support/trade.ts"

const shop = await startShop({ worker: false })
const { deps } = shop
const shelf = createShelf(deps.writeDb)
const metrics = createMetrics({ process: "worker" })
// Its own, as looking at the queue is a session of the database, too.
const queueMetrics = createMetrics({ process: "worker" })
let now = 0

beforeAll(() => {
  addWaitingGauges({ ...deps, waiting: createWaitingClaims({ db: deps.readDb }), metrics: queueMetrics })
  addDatabaseMetrics({ readDb: deps.readDb, metrics, clock: () => new Date(now) })
})
afterAll(() => shop[Symbol.asyncDispose]())

/** The value of a series, whatever its other labels; NaN while it shows none. */
async function value(name: string, label = ""): Promise<number> {
  const text = await (name.startsWith("saleproof_queue") ? queueMetrics : metrics).registry.metrics()
  const line = text.split("\n").find((known) => known.startsWith(`${name}{`) && known.includes(label))
  return line === undefined ? Number.NaN : Number(line.split(" ").at(-1))
}

/** As `value`, after the time in which an earlier look is shown again. */
async function valueNow(name: string, label = ""): Promise<number> {
  now += 60_000
  return value(name, label)
}

describe("the queue's metrics", () => {
  // First, because a claim asks for a drain once more a moment later.
  it("show how many jobs wait, and for how long the oldest has", async () => {
    expect([await value("saleproof_queue_jobs"), await value("saleproof_queue_lag_seconds")]).toEqual([0, 0])
    deps.queue.askToDrain()
    await expect.poll(() => value("saleproof_queue_jobs")).toBe(1)
    const first = await value("saleproof_queue_lag_seconds")
    await expect.poll(() => value("saleproof_queue_lag_seconds")).toBeGreaterThan(first)
    await shop.redis.flushdb()
    expect(await value("saleproof_queue_lag_seconds")).toBe(0)
  })

  it("show the claims that pile up without a worker, in the API", async () => {
    const trade = createTrade(shop.request)
    const { user, policy } = await trade.seed({ users: 3, policies: 1 })
    await Promise.all(times(3, (n) => trade.claim({ userId: user(n + 1), policyId: policy(1) })))
    const { text } = await shop.request.get("/metrics")
    expect(text).toMatch(/^saleproof_pending_claims\{process="api"\} 3$/m)
    expect(text).toMatch(/^saleproof_pending_claims_age_seconds\{process="api"\} \d/m)
    expect(text).toMatch(/^saleproof_queue_jobs\{process="api"\} \d/m)
    expect(text).toMatch(/^saleproof_queue_lag_seconds\{process="api"\} \d/m)
    await shop.redis.flushdb()
  })
})

describe("the database's metrics", () => {
  it("show a session that waits for a lock, the one it waits for, and how old that transaction is", async () => {
    const userId = await shelf.user()
    const change = `UPDATE users SET balance = balance WHERE id = ${userId}`
    const [free, held] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    const holder = deps.writeDb.$transaction(async (tx) => {
      await tx.$executeRawUnsafe(change)
      held.resolve()
      await free.promise
    })
    await held.promise
    const waiter = deps.writeDb.$executeRawUnsafe(change).then(() => "changed")
    const sessions = async () => ({
      lock: await valueNow("saleproof_database_waiting_sessions", 'wait="lock"'),
      active: await value("saleproof_database_sessions", 'state="active"'),
      inTransaction: await value("saleproof_database_sessions", 'state="idle_in_transaction"'),
    })
    // Another of the metrics may be read at the same instant, and is active then.
    await expect.poll(sessions).toEqual({ lock: 1, active: 1, inTransaction: 1 })
    expect(await value("saleproof_database_oldest_transaction_seconds")).toBeGreaterThan(0)
    free.resolve()
    await holder
    expect(await waiter).toBe("changed")
    expect(await value("saleproof_database_waiting_sessions", 'wait="lock"')).toBe(1)
    await expect.poll(() => valueNow("saleproof_database_waiting_sessions", 'wait="lock"')).toBe(0)
  })

  it.each([
    ["saleproof_database_transactions_total", 'outcome="commit"'],
    ["saleproof_database_blocks_total", 'source="cache"'],
    ["saleproof_database_wal_bytes_total", ""],
  ])("count on from what PostgreSQL has counted: %s", async (name, label) => {
    const before = await valueNow(name, label)
    await shelf.user()
    // A session reports its statistics when it is next idle, at most once per second.
    await expect.poll(() => valueNow(name, label)).toBeGreaterThan(before)
  })

  it("show nothing, rather than what was, while the database is down", async () => {
    const database = await createDatabase()
    const readDb = createDb({ url: database.url, name: "gone", poolMax: 1 })
    const { registry } = createMetrics({ process: "worker" })
    addDatabaseMetrics({ readDb, metrics: { registry }, clock: () => new Date((now += 60_000)) })
    const shown = async () => (await registry.metrics()).match(/^saleproof_database_\w+[{ ]/gm)?.length
    expect(await shown()).toBe(15)
    await database[Symbol.asyncDispose]()
    expect(await shown()).toBeUndefined()
    await readDb.$disconnect()
  })
})
