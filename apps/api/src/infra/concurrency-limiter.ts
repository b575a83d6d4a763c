import { createBatcher } from "./batcher.ts"
import type { BatcherOptions } from "./batcher.ts"

type LimiterOptions<Job, Result> = Omit<BatcherOptions<Job, Result>, "commit" | "maxBatch"> & {
  run: (job: Job) => Promise<Result>
}

/** Runs at most `maxInFlight` jobs at a time, each on its own, and queues at most `maxQueued` more. */
export function createConcurrencyLimiter<Job, Result>({ run, ...limits }: LimiterOptions<Job, Result>) {
  return createBatcher<Job, Result>({
    ...limits,
    maxBatch: 1,
    commit: async (jobs) =>
      new Map(await Promise.all(jobs.map(async (job) => [job, await run(job)] as const))),
  })
}
