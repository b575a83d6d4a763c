import type { Redis } from "ioredis"
import type { LiveCheck } from "../audit/service.ts"
import { createClaimDrift } from "../coupons/drift.ts"
import { createPending } from "../coupons/pending.ts"
import type { Clock } from "../infra/clock.ts"
import type { Db } from "../infra/db.ts"
import { createRankingDrift } from "../rankings/drift.ts"
import { shopEpoch } from "./epoch.ts"
import { createConsistentSnapshot } from "./consistent-snapshot.ts"

const KEPT_WITHIN_MS = 60_000

/** What the audit asks of Redis and PostgreSQL together. Each is exact at any moment, also during load. */
export function createLiveChecks({ db, redis, clock }: { db: Db; redis: Redis; clock: Clock }): LiveCheck[] {
  const consistentSnapshot = createConsistentSnapshot({ db })
  const pending = createPending({ redis })
  return [
    {
      id: "claims-counted",
      title: "Redis counts exactly the coupons that were granted or promised",
      meaning: "Coupons that Redis would refuse without need, or promise without cover",
      count: createClaimDrift({ db, consistentSnapshot, redis }),
    },
    {
      id: "claims-kept",
      title: "Every accepted claim becomes a coupon within a minute",
      meaning: "Promises that nobody is keeping",
      count: async () => pending.olderThan(await shopEpoch(db), KEPT_WITHIN_MS),
    },
    {
      id: "ranking-equals-recount",
      title: "The realtime ranking is a recount of the orders",
      meaning: "Units by which the ranking is off, apart from orders still on their way to it",
      count: createRankingDrift({ consistentSnapshot, redis, clock }),
    },
  ]
}
