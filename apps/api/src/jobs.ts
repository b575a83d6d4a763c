import { createSealer } from "./audit/seal-job.ts"
import { createDrain } from "./coupons/drain.ts"
import { createDrainJob } from "./coupons/drain-job.ts"
import { createUpgrade } from "./coupons/upgrade.ts"
import { createWaitingClaims } from "./coupons/waiting.ts"
import type { Deps } from "./deps.ts"
import type { Env } from "./env.ts"
import { RefusalError } from "./errors.ts"
import { addDatabaseMetrics } from "./infra/database-metrics.ts"
import { databaseRefusal } from "./infra/db-errors.ts"
import { every } from "./infra/every.ts"
import type { Logger } from "./infra/logger.ts"
import { createCouponWorker } from "./infra/queue.ts"
import { createBlockingRedis } from "./infra/redis.ts"
import { createRankingDrift } from "./rankings/drift.ts"
import { addOutboxGauge } from "./rankings/gauges.ts"
import { startRankingJobs } from "./rankings/jobs.ts"
import { createLiveRanking } from "./rankings/live.ts"
import { createRelay } from "./rankings/relay.ts"
import { addWaitingGauges } from "./shop/gauges.ts"

const POLL_CLAIMS_EVERY_MS = 200
const UPGRADE_EVERY_MS = 1_000
const SEAL_EVERY_MS = 5_000
const WARN_AGAIN_MS = 10_000
const CLOSE_JOBS_WITHIN_MS = 5_000

/** Everything that happens behind the requests: claims become coupons, orders reach the ranking, Redis is kept right. */
export async function startJobs(deps: Deps, env: Env) {
  const { writeDb: db, readDb, rankingDb, auditDb, redis, logger, tracing } = deps
  const waiting = createWaitingClaims({ db: readDb })
  const drainJob = createDrainJob({ drain: createDrain({ ...deps, db }), waiting, redis })

  addWaitingGauges({ ...deps, waiting })
  addOutboxGauge({ ...deps, db })
  addDatabaseMetrics(deps)

  const blocking = createBlockingRedis({ url: env.REDIS_URL, name: "worker-queue", logger })
  // It keeps trying by itself, and so does the worker that uses it.
  blocking.connect().catch(() => undefined)
  const worker = createCouponWorker({
    redis: blocking,
    logger,
    run: tracing ? () => tracing.job("drain claims", () => drainJob.run()) : () => drainJob.run(),
  })
  const onError = createWarning(logger)
  const recurring = [
    every({ everyMs: UPGRADE_EVERY_MS, step: createUpgrade({ ...deps, db }), onError }),
    every({ everyMs: POLL_CLAIMS_EVERY_MS, step: () => drainJob.poll(), onError }),
    every({ everyMs: SEAL_EVERY_MS, step: createSealer({ db: auditDb, logger }), onError }),
    ...startRankingJobs({
      ...deps,
      relay: createRelay({ ...deps, db }),
      live: createLiveRanking({ ...deps, db: rankingDb }),
      drift: createRankingDrift({ ...deps, db: rankingDb }),
      onError,
    }),
  ]

  return {
    /** Finishes the job under way; what is left stands in PostgreSQL for the next worker. */
    async stop() {
      const deadline = AbortSignal.timeout(CLOSE_JOBS_WITHIN_MS)
      deadline.addEventListener("abort", () => void worker.close(true))
      await Promise.all(recurring.map((step) => step.stop()))
      await worker.close()
      blocking.disconnect()
    },
  }
}

/** What is away stays away for a while: it is told at once and then now and again, not at every try. */
function createWarning(logger: Logger) {
  let toldAt = -Infinity
  return (err: unknown) => {
    const away = err instanceof RefusalError || databaseRefusal(err) !== undefined
    if (away && performance.now() - toldAt < WARN_AGAIN_MS) return
    if (away) toldAt = performance.now()
    logger.warn({ err }, "a job of the worker failed and will be repeated")
  }
}
