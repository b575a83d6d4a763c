import { Queue, Worker } from "bullmq"
import type { Redis } from "ioredis"
import { QUEUE_PREFIX } from "./keys.ts"
import type { Logger } from "./logger.ts"

const WEBHOOKS = "webhooks"
const LOCK_MS = 10_000
/** The database says when a delivery is given up; no job ends before that. */
const ATTEMPTS = Number.MAX_SAFE_INTEGER
const UNKNOWN_FAULT_MS = 1_000

/** The attempt failed; the next one follows in so many ms. */
class RetryLaterError extends Error {
  override readonly name = "RetryLaterError"
  readonly inMs: number

  constructor(inMs: number) {
    super("The delivery is tried again")
    this.inMs = inMs
  }
}

/** A job for each delivery that is to be sent, named by it, so that adding one twice does nothing. */
export function createDeliveryQueue({ redis, logger }: { redis: Redis; logger: Logger }) {
  const queue = new Queue<{ id: number }>(WEBHOOKS, {
    connection: redis,
    prefix: QUEUE_PREFIX,
    skipWaitingForReady: true,
    // Asked only once: a Redis that does not answer at boot would leave the queue unusable for good.
    skipVersionCheck: true,
    defaultJobOptions: {
      attempts: ATTEMPTS,
      backoff: { type: "custom" },
      // A job that stays would be the reason why the same delivery never gets another one.
      removeOnComplete: true,
      removeOnFail: true,
    },
  })
  queue.on("error", (err) => logger.debug({ err }, "queue connection"))

  async function hasten(id: number): Promise<void> {
    const job = await queue.getJob(jobIdOf(id))
    if (!job || !(await job.isDelayed())) return
    // Its time may have come meanwhile.
    await job.promote().catch((err: unknown) => logger.debug({ err }, "a delivery's job was not hastened"))
  }

  return {
    add: (ids: readonly number[]) =>
      queue.addBulk(ids.map((id) => ({ name: "deliver", data: { id }, opts: { jobId: jobIdOf(id) } }))),
    /** Runs at once what waits for a later attempt, because a redelivery made it due before. */
    hasten: (ids: readonly number[]) => Promise.all(ids.map(hasten)),
    close: () => queue.close(),
  }
}

const jobIdOf = (id: number) => `delivery-${id}`

type WorkerOptions = {
  redis: Redis
  logger: Logger
  /** Makes an attempt; resolves to the ms until the next one, if there is to be one. */
  deliver: (id: number) => Promise<number | undefined>
  concurrency: number
  onError: (error: unknown) => void
}

/** Runs the jobs; one whose attempt failed runs again when `deliver` said. */
export function createDeliveryWorker({ redis, logger, deliver, concurrency, onError }: WorkerOptions) {
  const worker = new Worker<{ id: number }>(
    WEBHOOKS,
    async ({ data }) => {
      const inMs = await deliver(data.id)
      if (inMs !== undefined) throw new RetryLaterError(inMs)
    },
    {
      connection: redis,
      prefix: QUEUE_PREFIX,
      concurrency,
      lockDuration: LOCK_MS,
      stalledInterval: LOCK_MS,
      maxStalledCount: 5,
      settings: {
        backoffStrategy: (_made, _type, err) =>
          err instanceof RetryLaterError ? err.inMs : UNKNOWN_FAULT_MS,
      },
    },
  )
  worker.on("error", (err) => logger.debug({ err }, "worker connection"))
  worker.on("failed", (_job, err) => {
    if (!(err instanceof RetryLaterError)) onError(err)
  })
  return worker
}
