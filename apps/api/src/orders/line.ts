import type { Answer } from "../idempotency/answer.ts"
import { createBatcher } from "../infra/batcher.ts"
import type { OrderJob } from "./job.ts"
import type { StrategyDeps } from "./strategies/strategy.ts"
import { UNWATCHED } from "./watch.ts"

/** A bounded line of orders in front of `writers` transactions at a time, so that none waits for a connection. */
export function createLine(
  { writers, maxQueued, queueWaitMs, observe, watch = UNWATCHED }: StrategyDeps,
  place: (job: OrderJob) => Promise<Answer>,
) {
  const commit = async (jobs: OrderJob[]) =>
    new Map(
      await Promise.all(jobs.map(async (job) => [job, await watch.commit([job], () => place(job))] as const)),
    )
  const limits = { maxBatch: 1, maxInFlight: writers, maxQueued, maxWaitMs: queueWaitMs }
  const line = createBatcher<OrderJob, Answer>({ commit, observe, ...limits })
  watch.line(line.queued)
  return line
}
