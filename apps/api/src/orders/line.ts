import type { Answer } from "../idempotency/answer.ts"
import { createBatcher } from "../infra/batcher.ts"
import type { OrderJob } from "./job.ts"

type OneByOne = { place: (job: OrderJob) => Promise<Answer>; writers: number; maxQueued: number }

/** A bounded line of orders in front of `writers` transactions at a time, so that none waits for a connection. */
export function createLine({ place, writers, maxQueued }: OneByOne) {
  const commit = async (jobs: OrderJob[]) =>
    new Map(await Promise.all(jobs.map(async (job) => [job, await place(job)] as const)))
  return createBatcher<OrderJob, Answer>({ commit, maxBatch: 1, maxInFlight: writers, maxQueued })
}
