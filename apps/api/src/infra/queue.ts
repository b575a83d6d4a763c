import { Queue, Worker } from "bullmq"
import type { Redis } from "ioredis"
import { QUEUE_PREFIX } from "./keys.ts"
import type { Logger } from "./logger.ts"

const COUPONS = "coupons"
const LOCK_MS = 10_000

export type CouponQueue = ReturnType<typeof createCouponQueue>

// However many ask, one job runs and one waits: who asks while it runs gets the next.
const DRAIN = "drain"
const ONE_AT_A_TIME = { deduplication: { id: DRAIN, keepLastIfActive: true } }

/** The queue of drain jobs. A job carries nothing: PostgreSQL has the claims to drain. */
export function createCouponQueue({ redis, logger }: { redis: Redis; logger: Logger }) {
  const queue = new Queue(COUPONS, {
    connection: redis,
    prefix: QUEUE_PREFIX,
    skipWaitingForReady: true,
    // Asked only once: a Redis that does not answer at boot would leave the queue unusable for good.
    skipVersionCheck: true,
    defaultJobOptions: {
      attempts: 5,
      backoff: { type: "exponential", delay: 100, jitter: 0.5 },
      removeOnComplete: { age: 60, count: 100 },
      removeOnFail: { age: 3_600, count: 1_000 },
    },
  })
  queue.on("error", (err) => logger.debug({ err }, "queue connection"))
  return {
    /** Asks a worker to drain. Not waiting for the answer is safe: the worker's poll finds what no job was added for. */
    askToDrain(): void {
      queue
        .add(DRAIN, {}, ONE_AT_A_TIME)
        .catch((err: unknown) => logger.debug({ err }, "no drain job was added"))
    },
    /** Lets another job be added beside one that never runs: it was taken from its list by hand, and its key was left. */
    forgetJob(): void {
      queue
        .removeDeduplicationKey(DRAIN)
        .catch((err: unknown) => logger.debug({ err }, "no drain job was forgotten"))
    },
    /** Jobs that wait or run. */
    depth: () => queue.getJobCountByTypes("waiting", "active", "delayed", "prioritized"),
    /** How long the oldest job has been waiting for a worker, in ms. */
    async lag(): Promise<number> {
      const [oldest] = await queue.getJobs(["waiting"], 0, 0, true)
      return oldest ? Math.max(0, Date.now() - oldest.timestamp) : 0
    },
    close: () => queue.close(),
  }
}

type WorkerOptions = {
  redis: Redis
  logger: Logger
  run: () => Promise<void>
  onError: (error: unknown) => void
}

/** Runs drain jobs one at a time. A job of a worker that died is run again, which does no harm. */
export function createCouponWorker({ redis, logger, run, onError }: WorkerOptions) {
  const worker = new Worker(COUPONS, run, {
    connection: redis,
    prefix: QUEUE_PREFIX,
    concurrency: 1,
    lockDuration: LOCK_MS,
    stalledInterval: LOCK_MS,
    maxStalledCount: 5,
  })
  worker.on("error", (err) => logger.debug({ err }, "worker connection"))
  worker.on("failed", (_job, err) => onError(err))
  return worker
}
