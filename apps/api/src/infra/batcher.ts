import { Refusal } from "../errors.ts"
import { isRolledBack } from "./db-errors.ts"

type BatcherOptions<Job, Result> = {
  /** Commits a batch and returns the result of every job; throws when nothing was committed or that is unknown. */
  commit: (jobs: Job[]) => Promise<ReadonlyMap<Job, Result>>
  maxBatch: number
  maxInFlight: number
  /** Jobs that may wait for a batch; the next one is refused with OVERLOADED. */
  maxQueued: number
}

type Waiting<Job, Result> = { job: Job; resolve: (result: Result) => void; reject: (error: unknown) => void }

export type Batcher<Job, Result> = ReturnType<typeof createBatcher<Job, Result>>

/**
 * Commits together what arrives while a commit is under way: batches grow with the load and nothing ever waits for
 * company. A batch that PostgreSQL refuses as a whole is repeated one job at a time, so that only the guilty fail.
 */
export function createBatcher<Job, Result>({
  commit,
  maxBatch,
  maxInFlight,
  maxQueued,
}: BatcherOptions<Job, Result>) {
  const queue: Waiting<Job, Result>[] = []
  let inFlight = 0

  function pump() {
    while (inFlight < maxInFlight && queue.length > 0) {
      inFlight++
      void run(queue.splice(0, maxBatch)).finally(() => {
        inFlight--
        pump()
      })
    }
  }

  async function run(batch: Waiting<Job, Result>[]) {
    try {
      const results = await commit(batch.map(({ job }) => job))
      for (const { job, resolve, reject } of batch) {
        const result = results.get(job)
        if (result === undefined) reject(new Error("A batch left a job without a result"))
        else resolve(result)
      }
    } catch (error) {
      if (batch.length > 1 && isRolledBack(error)) {
        for (const waiting of batch) await run([waiting])
      } else {
        for (const { reject } of batch) reject(error)
      }
    }
  }

  return {
    submit(job: Job): Promise<Result> {
      if (queue.length >= maxQueued) {
        throw new Refusal("OVERLOADED", "Too many are waiting already", { retryAfterSeconds: 1 })
      }
      return new Promise((resolve, reject) => {
        queue.push({ job, resolve, reject })
        pump()
      })
    },
    get queued() {
      return queue.length
    },
  }
}
