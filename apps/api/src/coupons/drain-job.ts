import { setTimeout as sleep } from "node:timers/promises"
import type { Db } from "../infra/db.ts"
import type { CouponQueue } from "../infra/queue.ts"
import { shopEpoch } from "../shop/epoch.ts"
import type { Drain } from "./drain.ts"
import type { Pending } from "./pending.ts"

// Gathers claims into one commit; a fifth of what a coupon may take to appear.
const LINGER_MS = 50
// One job serves a rush of claims; ending now and then keeps BullMQ's view of it fresh.
const LONGEST_JOB_MS = 1_000

type DrainJobDeps = { db: Db; pending: Pending; drain: Drain; stopping: () => boolean }

/** The job: drains, and stays for a moment for what comes next, so that claims in a rush need no jobs of their own. */
export function createDrainJob({ db, pending, drain, stopping }: DrainJobDeps) {
  let running = false

  async function run(): Promise<void> {
    running = true
    try {
      const epoch = await shopEpoch(db)
      const endsAt = performance.now() + LONGEST_JOB_MS
      let drained = 0
      do {
        await pending.holdWake(epoch)
        drained = await drain.drainAll()
        await sleep(LINGER_MS)
      } while (drained > 0 && performance.now() < endsAt && !stopping())
      await pending.releaseWake(epoch)
      // Whoever claimed before the mark was gone asked for no job.
      await drain.drainAll()
    } finally {
      running = false
    }
  }

  return { run, isRunning: () => running }
}

type SweepDeps = { db: Db; pending: Pending; queue: CouponQueue; isDraining: () => boolean }

/** Asks for a drain when the head of the pending list did not move between two looks: its job died or was never added. */
export function createSweep({ db, pending, queue, isDraining }: SweepDeps) {
  let seen: string | undefined
  return async (): Promise<void> => {
    const { entryId } = await pending.oldest(await shopEpoch(db))
    if (entryId !== undefined && entryId === seen && !isDraining()) queue.askToDrain()
    seen = entryId
  }
}
