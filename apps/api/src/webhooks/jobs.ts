import type { Redis } from "ioredis"
import type { Db } from "../infra/db.ts"
import { every } from "../infra/every.ts"
import type { Logger } from "../infra/logger.ts"
import { withRedisErrors } from "../infra/redis.ts"
import { createDeliveryQueue, createDeliveryWorker } from "../infra/delivery-queue.ts"
import { MAX_WEBHOOKS } from "./service.ts"
import { PER_WEBHOOK, dueDeliveries } from "./deliveries.ts"
import { createDeliver } from "./deliver.ts"
import { createRetention } from "./retention.ts"

/** How soon a delivery is found that has no job: it was lost with Redis, or its time came while Redis was down. */
const LOOK_EVERY_MS = 1_000
const RETAIN_EVERY_MS = 2_000
/** Whatever is due has begun by then, unless its job waits for a later time. */
const LINGERS_AFTER_MS = 2_000

type WebhookJobsDeps = Omit<Parameters<typeof createDeliver>[0], "onSettled"> & {
  db: Db
  redis: Redis
  blocking: Redis
  /** Dead letters that are kept for each webhook. */
  maxDead: number
  logger: Logger
  onError: (error: unknown) => void
}

/**
 * Sends what has to be delivered. PostgreSQL knows what that is and when, BullMQ's jobs say who sends what now and pace
 * the retries. While Redis is down the deliveries that are due are sent without it.
 */
export function startWebhookJobs({ redis, blocking, maxDead, onError, ...deps }: WebhookJobsDeps) {
  const { db, logger } = deps
  const queue = createDeliveryQueue({ redis, logger })
  const lingering = createLingering(LINGERS_AFTER_MS)
  const look = createCoalesced(dispatch, onError)
  const deliver = createDeliver({ ...deps, onSettled: look })

  async function dispatch(): Promise<void> {
    const due = await dueDeliveries(db.raw)
    if (due.length === 0) return
    if (!(await enqueue(due))) await Promise.all(due.map(deliver))
  }

  /** Whether BullMQ took them. A Redis that is cut off, or takes no writes, looks ready. */
  async function enqueue(due: readonly number[]): Promise<boolean> {
    if (redis.status !== "ready") return false
    try {
      await withRedisErrors(queue.add(due))
      await withRedisErrors(queue.hasten(lingering(due)))
      return true
    } catch (error) {
      onError(error)
      return false
    }
  }

  const worker = createDeliveryWorker({
    redis: blocking,
    logger,
    deliver,
    concurrency: MAX_WEBHOOKS * PER_WEBHOOK,
    onError,
  })
  const looking = every({ everyMs: LOOK_EVERY_MS, step: dispatch, onError })
  const retaining = every({ everyMs: RETAIN_EVERY_MS, step: createRetention({ ...deps, maxDead }), onError })

  return {
    /** To be called when there may be deliveries to send. */
    look,
    /** Waits for the attempts that were begun, as long as one may take; the rest is in PostgreSQL. */
    async stop() {
      await Promise.all([looking.stop(), retaining.stop()])
      await worker.close()
      await queue.close()
    },
    forceStop: () => worker.close(true),
  }
}

/** Runs at once, and once more after that if it was asked for meanwhile. */
function createCoalesced(run: () => Promise<void>, onError: (error: unknown) => void) {
  let running = false
  let again = false
  async function loop() {
    running = true
    do {
      again = false
      await run().catch(onError)
    } while (again)
    running = false
  }
  return (): void => {
    if (running) again = true
    else void loop()
  }
}

/** Which of the ids have been among them each time for so long. */
function createLingering(ms: number, now: () => number = () => performance.now()) {
  let since = new Map<number, number>()
  return (ids: readonly number[]): number[] => {
    const at = now()
    since = new Map(ids.map((id) => [id, since.get(id) ?? at]))
    return ids.filter((id) => at - (since.get(id) ?? at) >= ms)
  }
}
