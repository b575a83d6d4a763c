import { setImmediate as nextTurn } from "node:timers/promises"
import { RefusalError } from "../errors.ts"
import { isRolledBack } from "./db-errors.ts"

export type BatcherOptions<Job, Result> = {
  /** Commits a batch and returns the result of every job; throws when nothing was committed or that is unknown. */
  commit: (jobs: Job[]) => Promise<ReadonlyMap<Job, Result>>
  maxBatch: number
  maxInFlight: number
  /** Jobs that may wait for a batch; the next one is refused with OVERLOADED. */
  maxQueued: number
  /** A job that waited longer is refused with OVERLOADED. */
  maxWaitMs?: number | undefined
  /** Called for every batch with the number of its jobs and how long the first of them waited. */
  observe?: BatchObserver | undefined
  now?: () => number
}

export type BatchObserver = (batch: { size: number; waitedMs: number }) => void

type Waiting<Job, Result> = {
  job: Job
  since: number
  resolve: (result: Result) => void
  reject: (error: unknown) => void
}

// Few clients wait longer for a response, and work for those that timed out makes others time out as well.
const MAX_WAIT_MS = 5_000

/**
 * Commits together what arrives in one turn of the event loop or while a commit is in progress: batches grow with the
 * load, and no timer delays a job. A batch begins beside another only when it is full, since a small one would wait for
 * the same rows and cost a commit of its own; but it begins before the one that was committed is answered, so that
 * PostgreSQL does not wait for that. A batch that PostgreSQL refuses as a whole is repeated one job at a time, so that
 * only the jobs that cause it fail.
 */
export function createBatcher<Job, Result>(options: BatcherOptions<Job, Result>) {
  const { commit, maxBatch, maxInFlight, maxQueued, observe } = options
  const { maxWaitMs = MAX_WAIT_MS, now = () => performance.now() } = options
  const queue: Waiting<Job, Result>[] = []
  let inFlight = 0
  let scheduled = false

  const mayStart = () =>
    inFlight === 0 ? queue.length > 0 : inFlight < maxInFlight && queue.length >= maxBatch

  function schedule() {
    if (scheduled || !mayStart()) return
    scheduled = true
    setImmediate(() => {
      scheduled = false
      pump()
    })
  }

  function pump() {
    while (mayStart()) {
      const batch = queue.splice(0, maxBatch)
      inFlight++
      void run(batch.filter(isInTime))
    }
  }

  function isInTime({ since, reject }: Waiting<Job, Result>): boolean {
    const inTime = now() - since <= maxWaitMs
    if (!inTime) reject(overloaded("Waited too long to be served"))
    return inTime
  }

  async function run(batch: Waiting<Job, Result>[]): Promise<void> {
    // Within the attempt: an observer that throws must fail the jobs, not leave them waiting.
    const results = await attempt(batch, async (jobs) => {
      const [first] = batch
      if (!first) return new Map()
      observe?.({ size: jobs.length, waitedMs: now() - first.since })
      return commit(jobs)
    })
    inFlight--
    if (mayStart()) {
      pump()
      // What the next batch sends first is on its way then.
      await nextTurn()
    }
    if (results) answer(batch, results)
  }

  return {
    async submit(job: Job): Promise<Result> {
      if (queue.length >= maxQueued) throw FULL
      return new Promise((resolve, reject) => {
        queue.push({ job, since: now(), resolve, reject })
        schedule()
      })
    },
    /** How many jobs wait, for metrics. */
    queued: () => queue.length,
  }
}

/** The results of a batch; undefined when each of its jobs was answered already, or failed. */
async function attempt<Job, Result>(
  batch: Waiting<Job, Result>[],
  commit: BatcherOptions<Job, Result>["commit"],
): Promise<ReadonlyMap<Job, Result> | undefined> {
  try {
    return await commit(batch.map(({ job }) => job))
  } catch (error) {
    if (batch.length > 1 && isRolledBack(error)) {
      for (const waiting of batch) await commitAlone(waiting, commit)
    } else {
      for (const { reject } of batch) reject(error)
    }
    return undefined
  }
}

async function commitAlone<Job, Result>(
  waiting: Waiting<Job, Result>,
  commit: BatcherOptions<Job, Result>["commit"],
): Promise<void> {
  const results = await attempt([waiting], commit)
  if (results) answer([waiting], results)
}

function answer<Job, Result>(batch: Waiting<Job, Result>[], results: ReadonlyMap<Job, Result>): void {
  for (const { job, resolve, reject } of batch) {
    const result = results.get(job)
    if (result === undefined) reject(new Error("A batch left a job without a result"))
    else resolve(result)
  }
}

const overloaded = (detail: string) => new RefusalError("OVERLOADED", detail, { retryAfterSeconds: 1 })

// Made once: capturing the stack costs more than the rest of a rejection, which must be cheap under overload.
const FULL = overloaded("Too many are waiting already")
