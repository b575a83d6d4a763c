import type { Redis } from "ioredis"
import { RefusalError } from "../errors.ts"
import type { Answer } from "../idempotency/answer.ts"
import { createIdempotent } from "../idempotency/idempotent.ts"
import type { KeyedRequest } from "../idempotency/request.ts"
import { findAnswers } from "../idempotency/store.ts"
import type { Clock } from "../infra/clock.ts"
import type { Db } from "../infra/db.ts"
import type { Logger } from "../infra/logger.ts"
import type { Metrics } from "../infra/metrics.ts"
import type { CouponQueue } from "../infra/queue.ts"
import { createEpochCache } from "../shop/epoch-cache.ts"
import type { ShopView } from "../shop/view.ts"
import type { Users } from "../users/service.ts"
import { createClaim } from "./claim.ts"
import type { ClaimCommand } from "./claim.ts"
import { createCouponList } from "./list.ts"
import { createPending } from "./pending.ts"
import { createUnconfirmedClaims } from "./unconfirmed.ts"

// Users are never deleted within a filling, so who was found once is not looked for again.
const MOST_KNOWN_USERS = 200_000

type CouponsDeps = {
  db: Db
  redis: Redis
  view: ShopView
  users: Users
  queue: CouponQueue
  clock: Clock
  logger: Logger
  metrics: Metrics
  maxPending: number
  /** Lists that may wait to be read. */
  maxQueued: number
}

/** First-come coupons: claiming them, and the list of what a user has. */
export function createCoupons(deps: CouponsDeps) {
  const { db, redis, view, users, queue, clock, logger, metrics, maxPending } = deps
  const pending = createPending({ redis })
  const unconfirmed = createUnconfirmedClaims({ view, pending, logger, limit: maxPending })
  const claim = createClaim({
    redis,
    view,
    unconfirmed,
    policyExists: async (id) => (await db.couponPolicy.findUnique({ where: { id } })) !== null,
    wakeWorker: () => queue.askToDrain(),
    clock,
    metrics,
    maxPending,
  })
  const known = createEpochCache<true>({ view, most: MOST_KNOWN_USERS })
  const idempotent = createIdempotent({ db })

  // Redis knows the recent keys, PostgreSQL every one that became a coupon.
  async function claimKeyed(command: ClaimCommand, request: KeyedRequest): Promise<Answer> {
    const stored = await findAnswers(db, [request])
    return stored.get(request.key) ?? claim(command, request)
  }

  return {
    async claim(command: ClaimCommand, request: KeyedRequest | null): Promise<Answer> {
      await view.find()
      await known(String(command.userId), () => expectUser(users, command.userId))
      return request === null ? claim(command, null) : idempotent(request, () => claimKeyed(command, request))
    },
    list: createCouponList({ db, users, clock, maxQueued: deps.maxQueued }),
    /** Claims answered with 201 by this process and not yet known to be coupons. */
    unconfirmed: unconfirmed.size,
    stop: unconfirmed.stop,
  }
}

async function expectUser(users: Users, userId: number): Promise<true> {
  if (await users.exists(userId)) return true
  throw new RefusalError("USER_NOT_FOUND", `User ${userId} does not exist`)
}

export type Coupons = ReturnType<typeof createCoupons>
