import type { Answer } from "../idempotency/answer.ts"
import { createLine } from "../infra/line.ts"
import type { OrderJob } from "./job.ts"
import type { StrategyDeps } from "./strategies/strategy.ts"
import { UNWATCHED } from "./watch.ts"

/** A bounded line of orders in front of `writers` transactions at a time, so that none waits for a connection. */
export function createOrderLine(
  { writers, maxQueued, queueWaitMs, observe, watch = UNWATCHED }: StrategyDeps,
  place: (job: OrderJob) => Promise<Answer>,
) {
  const line = createLine<OrderJob, Answer>({
    run: (job) => watch.commit([job], () => place(job)),
    observe,
    maxInFlight: writers,
    maxQueued,
    maxWaitMs: queueWaitMs,
  })
  watch.line(line.queued)
  return line
}
