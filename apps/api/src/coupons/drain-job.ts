import type { Redis } from "ioredis"
import type { CouponQueue } from "../infra/queue.ts"
import type { Drain } from "./drain.ts"
import type { WaitingClaims } from "./waiting.ts"

// A claim that waits longer has no job: it was lost with Redis or never added.
const OVERDUE_MS = 150
// While Redis has jobs the poll only finds what lost its own.
const POLL_BESIDE_JOBS_MS = 600

type DrainJobDeps = {
  drain: Drain
  waiting: WaitingClaims
  redis: Redis
  queue: Pick<CouponQueue, "forgetJob">
}

/** What the worker does for waiting claims: run the jobs of the queue, and poll for claims that have no job. */
export function createDrainJob({ drain, waiting, redis, queue }: DrainJobDeps) {
  let polledAt = -Infinity
  return {
    async run(): Promise<void> {
      await drain.drainAll()
    },
    async poll(): Promise<void> {
      const hasJobs = redis.status === "ready"
      if (hasJobs && performance.now() - polledAt < POLL_BESIDE_JOBS_MS) return
      polledAt = performance.now()
      const ageMs = await waiting.oldestAgeMs()
      if (ageMs === undefined) return
      if (hasJobs && ageMs <= OVERDUE_MS) return
      await drain.drainAll()
      if (hasJobs) queue.forgetJob()
    },
  }
}

/** Asks for a drain at once, and for what comes within `everyMs` of that, once more when it has passed. */
export function createWaker({ ask, everyMs }: { ask: () => void; everyMs: number }) {
  let pause: NodeJS.Timeout | undefined
  let again = false

  function begin() {
    ask()
    pause = setTimeout(end, everyMs).unref()
  }

  function end() {
    pause = undefined
    if (!again) return
    again = false
    begin()
  }

  return (): void => {
    if (pause) again = true
    else begin()
  }
}
