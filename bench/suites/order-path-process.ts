import process from "node:process"
import { setTimeout as sleep } from "node:timers/promises"

import { createDb } from "../../apps/api/src/infra/db.ts"
import type { Db } from "../../apps/api/src/infra/db.ts"
import { createLogger } from "../../apps/api/src/infra/logger.ts"
import { createRedis } from "../../apps/api/src/infra/redis.ts"
import { createPlaceOrder } from "../../apps/api/src/orders/place-order.ts"
import type { PlaceOrder } from "../../apps/api/src/orders/place-order.ts"
import { percentile } from "../report/statistics.ts"
import { familyCpuSeconds, parentOf } from "../rig/processes.ts"
import { PathPlan } from "./orders.ts"

const LINES = 5
const PRICE = 2_000
const STOCK = 1_000_000_000
const BALANCE = 1_000_000_000_000
const WRITERS = 3
// Whoever is refused is not gone: it asks again after this long.
const COMES_BACK_MS = 100

type Seen = { measuring: boolean; latencies: number[]; refused: number; batches: number; batched: number }

process.once("message", (message) => void run(PathPlan.parse(message)))
// Ctrl-C reaches the whole group; the parent decides when this process ends.
process.on("SIGINT", () => undefined)
process.on("disconnect", () => process.kill(process.pid, "SIGKILL"))

async function run(plan: PathPlan): Promise<void> {
  const db = createDb({ url: plan.databaseUrl, name: "bench", poolMax: WRITERS })
  const logger = createLogger({ level: "silent", process: "bench" })
  const redis = createRedis({ url: plan.redisUrl, name: "bench", logger })
  await redis.connect()
  const seen: Seen = { measuring: false, latencies: [], refused: 0, batches: 0, batched: 0 }
  const place = createPlaceOrder({
    strategy: plan.strategy,
    db,
    redis,
    writers: WRITERS,
    maxQueued: plan.maxQueued,
    lockWaitMs: 60_000,
    observe({ size }) {
      seen.batches++
      seen.batched += size
    },
  })
  process.send?.(await measure({ db, place, seen, plan }))
  redis.disconnect()
  await db.$disconnect()
  process.disconnect()
}

type Measurement = { db: Db; place: PlaceOrder; seen: Seen; plan: PathPlan }

async function measure({ db, place, seen, plan }: Measurement) {
  const { userIds, productIds } = await fill(db, plan.callers)
  const [backend] = await db.$queryRaw<{ pid: number }[]>`SELECT pg_backend_pid() AS pid`
  const postmaster = parentOf(backend?.pid ?? 0)
  const read = async () => ({
    orders: await db.order.count(),
    database: postmaster === undefined ? null : familyCpuSeconds(postmaster),
    at: performance.now(),
    node: process.cpuUsage(),
  })

  const stop = new AbortController()
  const callers = userIds.map((userId) => callAgain(place, { userId, productIds, seen }, stop.signal))
  await sleep(plan.warmUpMs)
  const before = await read()
  Object.assign(seen, { measuring: true, batches: 0, batched: 0 })
  await sleep(plan.measureMs)
  seen.measuring = false
  const batch = seen.batches === 0 ? null : seen.batched / seen.batches
  const node = process.cpuUsage(before.node)
  const after = await read()
  stop.abort()
  await Promise.all(callers)

  const committed = after.orders - before.orders
  const sorted = seen.latencies.toSorted((a, b) => a - b)
  const each = (seconds: number) => (1_000 * seconds) / committed
  return {
    committed,
    rate: (1_000 * committed) / (after.at - before.at),
    p50: percentile(sorted, 0.5),
    p95: percentile(sorted, 0.95),
    refused: seen.refused,
    batch,
    nodeMs: each((node.user + node.system) / 1e6),
    databaseMs:
      after.database === null || before.database === null ? null : each(after.database - before.database),
  }
}

type Caller = { userId: number; productIds: number[]; seen: Seen }

async function callAgain(place: PlaceOrder, { userId, productIds, seen }: Caller, signal: AbortSignal) {
  const command = {
    userId,
    couponId: null,
    lines: productIds.map((productId) => ({ productId, quantity: 1 })),
  }
  while (!signal.aborted) {
    const since = performance.now()
    try {
      await place(command, null)
      if (seen.measuring) seen.latencies.push(performance.now() - since)
    } catch {
      if (seen.measuring) seen.refused++
      await sleep(COMES_BACK_MS * (0.5 + Math.random()))
    }
  }
}

/** Rich users and full shelves, in the place of what an earlier round left. */
async function fill(db: Db, users: number) {
  await db.$executeRaw`TRUNCATE users, products, orders, order_lines, ledger_entries, outbox_events RESTART IDENTITY`
  const products = Array.from({ length: LINES }, (_, at) => ({
    name: `p${at}`,
    price: PRICE,
    stock: STOCK,
    stocked: STOCK,
  }))
  await db.product.createMany({ data: products })
  await db.user.createMany({
    data: Array.from({ length: users }, (_, at) => ({ name: `u${at}`, balance: BALANCE })),
  })
  const [userRows, productRows] = await Promise.all([
    db.user.findMany({ select: { id: true } }),
    db.product.findMany({ select: { id: true } }),
  ])
  return { userIds: userRows.map(({ id }) => id), productIds: productRows.map(({ id }) => id) }
}
