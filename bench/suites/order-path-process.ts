import assert from "node:assert/strict"
import process from "node:process"
import { setTimeout as sleep } from "node:timers/promises"

import { quantile, sortNumbers } from "@saleproof/sla/quantile.ts"

import { createDb } from "@saleproof/api/infra/db.ts"
import type { Db } from "@saleproof/api/infra/db.ts"
import { createLogger } from "@saleproof/api/infra/logger.ts"
import { createRedis } from "@saleproof/api/infra/redis.ts"
import { createPlaceOrder } from "@saleproof/api/orders/place-order.ts"
import type { PlaceOrder } from "@saleproof/api/orders/strategies/strategy.ts"
import { familyCpuSeconds, parentOf } from "../environment/processes.ts"
import { PathPlan } from "./orders.ts"

const LINES = 5
const PRICE = 2_000
const STOCK = 1_000_000_000
const BALANCE = 1_000_000_000_000
// A rejected caller retries after this long.
const RETRY_AFTER_MS = 100

const FOREIGN_KEYS = [
  { table: "orders", column: "user_id", to: "users" },
  { table: "orders", column: "coupon_id", to: "coupons" },
  { table: "order_lines", column: "order_id", to: "orders" },
  { table: "order_lines", column: "product_id", to: "products" },
  { table: "ledger_entries", column: "user_id", to: "users" },
  { table: "ledger_entries", column: "order_id", to: "orders" },
]

/** What makes the schema different from the shop's. */
const EXTRA = {
  foreign_keys: FOREIGN_KEYS.map(
    ({ table, column, to }) =>
      `ALTER TABLE ${table} ADD CONSTRAINT bench_${column} FOREIGN KEY (${column}) REFERENCES ${to} (id)`,
  ),
  event_an_order: [
    `CREATE FUNCTION bench_tell() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
       INSERT INTO outbox_events (topic, payload)
       VALUES ('bench', jsonb_build_object('day', NEW.created_at::date, 'order', NEW.id));
       RETURN NULL;
     END $$`,
    "CREATE TRIGGER bench_tell AFTER INSERT ON orders FOR EACH ROW EXECUTE FUNCTION bench_tell()",
  ],
}

const PLAIN = [
  ...FOREIGN_KEYS.map(
    ({ table, column }) => `ALTER TABLE ${table} DROP CONSTRAINT IF EXISTS bench_${column}`,
  ),
  "DROP TRIGGER IF EXISTS bench_tell ON orders",
  "DROP FUNCTION IF EXISTS bench_tell",
]

type Seen = { measuring: boolean; latencies: number[]; refused: number; batches: number; batched: number }

process.once("message", (message) => void run(PathPlan.parse(message)))
// Ctrl-C reaches the whole group; the parent decides when this process ends.
process.on("SIGINT", () => undefined)
process.on("disconnect", () => process.kill(process.pid, "SIGKILL"))

async function run(plan: PathPlan): Promise<void> {
  const db = createDb({ url: plan.databaseUrl, name: "bench", poolMax: plan.writers })
  const logger = createLogger({ level: "silent", process: "bench" })
  const redis = createRedis({ url: plan.redisUrl, name: "bench", logger })
  await redis.connect()
  const seen: Seen = { measuring: false, latencies: [], refused: 0, batches: 0, batched: 0 }
  const place = createPlaceOrder({
    strategy: plan.strategy,
    db,
    redis,
    writers: plan.writers,
    maxQueued: plan.maxQueued,
    lockWaitMs: 60_000,
    observe({ size }) {
      seen.batches++
      seen.batched += size
    },
  })
  process.send?.(await measure({ db, place, seen, plan }))
}

type Measurement = { db: Db; place: PlaceOrder; seen: Seen; plan: PathPlan }

async function measure({ db, place, seen, plan }: Measurement) {
  const { userIds, productIds } = await seed(db, plan)
  const [backend] = await db.$queryRaw<{ pid: number }[]>`SELECT pg_backend_pid() AS pid`
  assert(backend, "PostgreSQL has a backend for this connection")
  const postmaster = parentOf(backend.pid)
  const read = async () => ({
    orders: await db.order.count(),
    database: postmaster === undefined ? null : familyCpuSeconds(postmaster),
    at: performance.now(),
    node: process.cpuUsage(),
  })

  for (const userId of userIds) void callAgain(place, { userId, productIds, seen })
  await sleep(plan.warmUpMs)
  const before = await read()
  Object.assign(seen, { measuring: true, batches: 0, batched: 0 })
  await sleep(plan.measureMs)
  seen.measuring = false
  const batch = seen.batches === 0 ? null : seen.batched / seen.batches
  const node = process.cpuUsage(before.node)
  const after = await read()

  const committed = after.orders - before.orders
  const sorted = sortNumbers(seen.latencies)
  assert(sorted, "no order was answered")
  const each = (seconds: number) => (1_000 * seconds) / committed
  return {
    committed,
    rate: (1_000 * committed) / (after.at - before.at),
    p50: quantile(sorted, 0.5),
    p95: quantile(sorted, 0.95),
    refused: seen.refused,
    batch,
    nodeMs: each((node.user + node.system) / 1e6),
    databaseMs:
      after.database === null || before.database === null ? null : each(after.database - before.database),
  }
}

type Caller = { userId: number; productIds: number[]; seen: Seen }

async function callAgain(place: PlaceOrder, { userId, productIds, seen }: Caller): Promise<never> {
  const command = {
    userId,
    couponId: null,
    lines: productIds.map((productId) => ({ productId, quantity: 1 })),
  }
  for (;;) {
    const since = performance.now()
    try {
      await place(command, null)
      if (seen.measuring) seen.latencies.push(performance.now() - since)
    } catch {
      if (seen.measuring) seen.refused++
      await sleep(RETRY_AFTER_MS * (0.5 + Math.random()))
    }
  }
}

/** Rich users and full shelves, in the place of what an earlier round left, and the schema that is asked for. */
async function seed(db: Db, { callers, extra }: PathPlan) {
  for (const statement of PLAIN) await db.$executeRawUnsafe(statement)
  await db.$executeRaw`TRUNCATE users, products, coupons, orders, order_lines, ledger_entries, outbox_events`
  for (const statement of extra === null ? [] : EXTRA[extra]) await db.$executeRawUnsafe(statement)
  const users = Array.from({ length: callers }, (_, at) => ({ name: `u${at}`, balance: BALANCE }))
  const products = Array.from({ length: LINES }, (_, at) => ({
    name: `p${at}`,
    price: PRICE,
    stock: STOCK,
    stocked: STOCK,
  }))
  const select = { id: true }
  const userRows = await db.user.createManyAndReturn({ data: users, select })
  const productRows = await db.product.createManyAndReturn({ data: products, select })
  return { userIds: userRows.map(({ id }) => id), productIds: productRows.map(({ id }) => id) }
}
