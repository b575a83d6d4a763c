import type { Redis } from "ioredis"
import type { Db } from "../infra/db.ts"
import { every } from "../infra/every.ts"
import type { Logger } from "../infra/logger.ts"
import { createDeliveryQueue, createDeliveryWorker } from "../infra/delivery-queue.ts"
import { MAX_WEBHOOKS } from "./service.ts"
import { PER_WEBHOOK, dueDeliveries } from "./deliveries.ts"
import { createDeliver } from "./deliver.ts"

/** How soon a delivery is found that has no job: it was lost with Redis, or its time came while Redis was down. */
const LOOK_EVERY_MS = 500

type WebhookJobsDeps = Omit<Parameters<typeof createDeliver>[0], "onSettled"> & {
  db: Db
  redis: Redis
  blocking: Redis
  logger: Logger
  onError: (error: unknown) => void
}

/**
 * Sends what has to be delivered. PostgreSQL knows what that is and when, BullMQ's jobs say who sends what now and pace
 * the retries. While Redis is down the deliveries that are due are sent without it.
 */
export function startWebhookJobs({ redis, blocking, onError, ...deps }: WebhookJobsDeps) {
  const { db, logger } = deps
  const queue = createDeliveryQueue({ redis, logger })
  const look = createCoalesced(dispatch, onError)
  const deliver = createDeliver({ ...deps, onSettled: look })

  async function dispatch(): Promise<void> {
    const due = await dueDeliveries(db)
    if (due.length === 0) return
    if (redis.status === "ready") await queue.add(due)
    else await Promise.all(due.map(deliver))
  }

  const worker = createDeliveryWorker({
    redis: blocking,
    logger,
    deliver,
    concurrency: MAX_WEBHOOKS * PER_WEBHOOK,
  })
  const looking = every({ everyMs: LOOK_EVERY_MS, step: dispatch, onError })

  return {
    /** To be called when there may be deliveries to send. */
    look,
    /** Waits for the attempts that were begun, as long as one may take; the rest is in PostgreSQL. */
    async stop() {
      await looking.stop()
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
