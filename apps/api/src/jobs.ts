import { createRest } from "./audit/rest.ts"
import { createPacedSealing, createSealer } from "./audit/seal-job.ts"
import { createDrain } from "./coupons/drain.ts"
import { createDrainJob } from "./coupons/drain-job.ts"
import { createUpgrade } from "./coupons/upgrade.ts"
import { createWaitingClaims } from "./coupons/waiting.ts"
import type { Deps } from "./deps.ts"
import type { Env } from "./env.ts"
import { addDatabaseMetrics } from "./infra/database-metrics.ts"
import { every } from "./infra/every.ts"
import { createCouponWorker } from "./infra/queue.ts"
import { createBlockingRedis } from "./infra/redis.ts"
import { createWarning } from "./infra/warning.ts"
import { createRankingDrift } from "./rankings/drift.ts"
import { addOutboxGauge } from "./rankings/gauges.ts"
import { startRankingJobs } from "./rankings/jobs.ts"
import { createLiveRanking } from "./rankings/live.ts"
import { createRelay } from "./rankings/relay.ts"
import { addWaitingGauges } from "./shop/gauges.ts"
import { addWebhookGauges } from "./webhooks/gauges.ts"
import { startWebhookJobs } from "./webhooks/jobs.ts"
import { reachOf } from "./webhooks/reach.ts"

const POLL_CLAIMS_EVERY_MS = 200
const UPGRADE_EVERY_MS = 1_000
const SEAL_EVERY_MS = 100
const CLOSE_JOBS_WITHIN_MS = 5_000

/** Everything that happens behind the requests: claims become coupons, orders reach the ranking, Redis is kept right. */
export async function startJobs(deps: Deps, env: Env) {
  const { writeDb: db, readDb, rankingDb, auditDb, logger, tracing } = deps
  const waiting = createWaitingClaims({ db: readDb })
  const drainJob = createDrainJob({ ...deps, drain: createDrain({ ...deps, db }), waiting })

  addWaitingGauges({ ...deps, waiting })
  addOutboxGauge({ ...deps, db })
  addDatabaseMetrics(deps)
  addWebhookGauges({ ...deps, db: readDb })

  const blocking = createBlockingRedis({ url: env.REDIS_URL, name: "worker-queue", logger })
  // It keeps trying by itself, and so does the worker that uses it.
  blocking.connect().catch(() => undefined)
  const onError = createWarning({ logger })
  const worker = createCouponWorker({
    redis: blocking,
    logger,
    onError,
    run: tracing ? () => tracing.job("drain claims", () => drainJob.run()) : () => drainJob.run(),
  })
  const webhooks = startWebhookJobs({
    ...deps,
    db,
    blocking,
    reach: reachOf(env),
    delaysMs: env.WEBHOOK_RETRY_DELAYS,
    disableAfterMs: env.WEBHOOK_DISABLE_AFTER,
    maxDead: env.WEBHOOK_DEAD_LETTERS,
    onError,
  })
  const recurring = [
    every({ everyMs: UPGRADE_EVERY_MS, step: createUpgrade({ ...deps, db }), onError }),
    every({ everyMs: POLL_CLAIMS_EVERY_MS, step: () => drainJob.poll(), onError }),
    every({
      everyMs: SEAL_EVERY_MS,
      step: createPacedSealing({
        seal: createSealer({ db: auditDb, logger }),
        rest: createRest(auditDb),
      }),
      onError,
    }),
    ...startRankingJobs({
      ...deps,
      relay: createRelay({ ...deps, db, onDeliveries: webhooks.look }),
      live: createLiveRanking({ ...deps, db: rankingDb }),
      drift: createRankingDrift({ ...deps, db: rankingDb }),
      onError,
    }),
  ]

  return {
    /** Finishes the current job; what is left is in PostgreSQL for the next worker. */
    async stop() {
      const deadline = AbortSignal.timeout(CLOSE_JOBS_WITHIN_MS)
      deadline.addEventListener("abort", () => void Promise.all([worker.close(true), webhooks.forceStop()]))
      await Promise.all(recurring.map((step) => step.stop()))
      await Promise.all([worker.close(), webhooks.stop()])
      blocking.disconnect()
    },
  }
}
