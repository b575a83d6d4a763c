import type { Answer } from "../idempotency/answer.ts"
import { createConcurrencyLimiter } from "../infra/concurrency-limiter.ts"
import type { OrderJob } from "./job.ts"
import { NO_ORDER_METRICS } from "./order-metrics.ts"
import type { StrategyDeps } from "./strategies/strategy.ts"

/** A bounded queue of orders; `writers` transactions run at a time, so that none waits for a connection. */
export function createOrderQueue(
  { writers, maxQueued, queueWaitMs, observe, orderMetrics = NO_ORDER_METRICS }: StrategyDeps,
  place: (job: OrderJob) => Promise<Answer>,
) {
  const queue = createConcurrencyLimiter<OrderJob, Answer>({
    run: (job) => orderMetrics.commit([job], () => place(job)),
    observe,
    maxInFlight: writers,
    maxQueued,
    maxWaitMs: queueWaitMs,
  })
  orderMetrics.queue(queue.queued)
  return queue
}
