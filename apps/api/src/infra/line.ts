import { createBatcher } from "./batcher.ts"
import type { BatcherOptions } from "./batcher.ts"

type LineOptions<Job, Result> = Omit<BatcherOptions<Job, Result>, "commit" | "maxBatch"> & {
  run: (job: Job) => Promise<Result>
}

/** A bounded line of jobs that run one by one, `maxInFlight` of them at a time. */
export function createLine<Job, Result>({ run, ...limits }: LineOptions<Job, Result>) {
  return createBatcher<Job, Result>({
    ...limits,
    maxBatch: 1,
    commit: async (jobs) =>
      new Map(await Promise.all(jobs.map(async (job) => [job, await run(job)] as const))),
  })
}
