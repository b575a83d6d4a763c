import type { Redis } from "ioredis"
import type { Logger } from "../infra/logger.ts"
import type { CouponQueue } from "../infra/queue.ts"
import type { Users } from "../users/service.ts"
import { createClaim } from "./claim.ts"
import type { ClaimDeps } from "./claim.ts"
import { createWaker } from "./drain-job.ts"
import { createFastRefusals } from "./fast-refusals.ts"
import { createCouponList } from "./list.ts"

// Gathers the claims of a few commits into one drain; a tenth of what a coupon may take to appear.
const WAKE_EVERY_MS = 50

type CouponsDeps = Omit<ClaimDeps, "fastRefusals" | "wakeWorker"> & {
  redis: Redis
  users: Users
  queue: CouponQueue
  logger: Logger
}

/** First-come coupons: claiming them, and the list of what a user has. */
export function createCoupons({ redis, users, queue, logger, ...deps }: CouponsDeps) {
  const { readDb, metrics, maxQueued } = deps
  return {
    claim: createClaim({
      ...deps,
      fastRefusals: createFastRefusals({ redis, logger, metrics, maxQueued }),
      wakeWorker: createWaker({ ask: () => queue.askToDrain(), everyMs: WAKE_EVERY_MS }),
    }),
    list: createCouponList({ db: readDb, users, maxQueued }),
  }
}

export type Coupons = ReturnType<typeof createCoupons>
