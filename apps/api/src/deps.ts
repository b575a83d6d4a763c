import { setTimeout as sleep } from "node:timers/promises"
import type { Redis } from "ioredis"
import type { Env } from "./env.ts"
import { systemClock } from "./infra/clock.ts"
import { databaseMisfit } from "./infra/database-fit.ts"
import { databaseRefusal, refusesConnections } from "./infra/db-errors.ts"
import { createDb, missingSettings } from "./infra/db.ts"
import type { Db } from "./infra/db.ts"
import { createLogger } from "./infra/logger.ts"
import type { Logger } from "./infra/logger.ts"
import { createMetrics } from "./infra/metrics.ts"
import type { Metrics } from "./infra/metrics.ts"
import { createPoolGroup } from "./infra/pool.ts"
import { createPoolMetrics } from "./infra/pool-metrics.ts"
import { createDatabaseHeartbeat } from "./infra/database-heartbeat.ts"
import { createCouponQueue } from "./infra/queue.ts"
import { createRedis, redisMisfit } from "./infra/redis.ts"
import { shopEpoch } from "./shop/epoch.ts"
import { createEpochWatch } from "./shop/epoch-watch.ts"
import { startTracing } from "./telemetry/start.ts"

const RETRY_EVERY_MS = 100
const REDIS_WAIT_MS = 1_000
const RANKING_POOL = 2
/** A full audit and a quick one beside it. */
const AUDIT_POOL = 2

export type ProcessName = "api" | "worker"

/** What a process holds open. Disposing closes it, the last opened first. */
export type Deps = Awaited<ReturnType<typeof openDeps>>

/**
 * Connects to PostgreSQL, or fails with one line when it did not respond within BOOT_WAIT_MS. Redis may be down:
 * whatever needs it connects when it is up.
 */
export async function openDeps(env: Env, name: ProcessName) {
  await using opened = new AsyncDisposableStack()
  const logger = createLogger({ level: env.LOG_LEVEL, process: name })
  const tracing = await startTracing({ process: name, logger })
  if (tracing) opened.defer(tracing.stop)
  const metrics = createMetrics({ process: name })
  const databases = openDatabases({ env, name, metrics, opened })
  const { readDb } = databases
  const redis = createRedis({ url: env.REDIS_URL, name, logger })
  opened.defer(() => redis.disconnect())

  const deadline = performance.now() + env.BOOT_WAIT_MS
  const [, redisIsReady] = await Promise.all([
    awaitDatabase(readDb, deadline),
    awaitRedis(redis, Math.min(deadline, performance.now() + REDIS_WAIT_MS)),
  ])
  if (env.DATABASE_POOLER !== "none") await requireSettings(readDb)
  await requireFit(databaseMisfit(readDb))
  if (redisIsReady) await requireFit(redisMisfit(redis))
  else logger.warn("Redis does not answer; starting without it")
  warnOfMisfit(redis, logger)
  const epochWatch = createEpochWatch({ db: readDb })
  opened.defer(() => epochWatch.stop())
  const queue = createCouponQueue({ redis, logger })
  opened.defer(queue.close)

  const resources = opened.move()
  return {
    logger,
    ...databases,
    redis,
    epochWatch,
    queue,
    clock: systemClock,
    metrics,
    tracing,
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  }
}

type Opening = { env: Env; name: ProcessName; metrics: Metrics; opened: AsyncDisposableStack }

function openDatabases({ env, name, metrics, opened }: Opening) {
  const observePool = createPoolMetrics(metrics)
  const group = createPoolGroup()
  const openDb = (use: "read" | "write" | "ranking" | "audit", poolMax: number) => {
    const observer = observePool(use, poolMax)
    const db = createDb({
      url: env.DATABASE_URL,
      name: `${name}-${use}`,
      poolMax,
      observer,
      pooler: env.DATABASE_POOLER,
      group,
    })
    opened.defer(() => db.$disconnect())
    return db
  }
  const readDb = openDb("read", env.DB_READ_POOL)
  const writeDb = openDb("write", env.DB_WRITE_POOL)
  // Anonymous callers must not take the connections of orders, balances and readiness.
  const rankingDb = openDb("ranking", RANKING_POOL)
  // An audit reads a lot; requests must not wait for its connections.
  const auditDb = openDb("audit", AUDIT_POOL)
  const heartbeat = createDatabaseHeartbeat({ url: env.DATABASE_URL, name })
  opened.defer(() => heartbeat.stop())
  return { readDb, writeDb, rankingDb, auditDb, heartbeat }
}

async function awaitDatabase(db: Db, deadline: number): Promise<void> {
  for (;;) {
    try {
      await shopEpoch(db)
      return
    } catch (cause) {
      if (cause instanceof Error && cause.message.includes("unsupported startup parameter")) {
        throw new Error(BEHIND_POOLER, { cause })
      }
      const isUnavailable = databaseRefusal(cause) !== undefined && !refusesConnections(cause)
      if (!isUnavailable)
        throw new Error("PostgreSQL refused; does the database exist, and is it migrated?", { cause })
      if (performance.now() > deadline) throw new Error("PostgreSQL does not answer", { cause })
    }
    await sleep(RETRY_EVERY_MS)
  }
}

const BEHIND_POOLER =
  "DATABASE_URL leads to PgBouncer, which takes no settings with a connection: set DATABASE_POOLER=transaction, " +
  "and see docs/shop-database.md"

async function requireSettings(db: Db): Promise<void> {
  const missing = await missingSettings(db)
  if (missing.length === 0) return
  throw new Error(`With DATABASE_POOLER the settings come from the role; run: ${missing.join("; ")}`)
}

/** @throws when there is a reason why it does not fit */
async function requireFit(misfit: Promise<string | undefined>): Promise<void> {
  const reason = await misfit
  if (reason !== undefined) throw new Error(reason)
}

/** Says what is wrong with a Redis that comes back, once for as long as the same is. */
function warnOfMisfit(redis: Redis, logger: Logger): void {
  let known: string | undefined
  async function look(): Promise<void> {
    // A connection that is lost again says nothing about how Redis is set up.
    const misfit = await redisMisfit(redis).catch(() => known)
    if (misfit !== undefined && misfit !== known)
      logger.error({ reason: misfit }, "Redis is not set up as the shop needs it")
    known = misfit
  }
  redis.on("ready", () => void look())
}

/** Whether it was ready in time; it keeps trying by itself. */
async function awaitRedis(redis: Redis, deadline: number): Promise<boolean> {
  redis.connect().catch(() => undefined)
  while (redis.status !== "ready") {
    if (performance.now() > deadline) return false
    await sleep(RETRY_EVERY_MS / 4)
  }
  return true
}
