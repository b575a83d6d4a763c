import type { Redis } from "ioredis"
import type { LiveCheck } from "../audit/service.ts"
import type { Clock } from "../infra/clock.ts"
import type { Db } from "../infra/db.ts"
import { createRankingDrift } from "../rankings/drift.ts"
import { createConsistentSnapshot } from "./consistent-snapshot.ts"

/** What the audit asks of Redis and PostgreSQL together. Each is exact at any moment, also during load. */
export function createLiveChecks({ db, redis, clock }: { db: Db; redis: Redis; clock: Clock }): LiveCheck[] {
  const consistentSnapshot = createConsistentSnapshot({ db })
  return [
    {
      id: "ranking-equals-recount",
      title: "The realtime ranking is a recount of the orders",
      meaning: "Units by which the ranking is off, apart from orders still on their way to it",
      count: createRankingDrift({ consistentSnapshot, redis, clock }),
    },
  ]
}
