import type { Redis } from "ioredis"
import type { Clock } from "../infra/clock.ts"
import type { Db } from "../infra/db.ts"
import { createLagCheck } from "./lag.ts"
import { createRealtimeRanking } from "./realtime.ts"
import { createTop } from "./top.ts"

type RankingsDeps = { db: Db; redis: Redis; clock: Clock; maxQueued: number }

/** Best sellers of the last 3 days: by the sums in the database, or from Redis, a moment after an order. */
export function createRankings(deps: RankingsDeps) {
  const realtime = createRealtimeRanking(deps)
  return {
    top: createTop(deps),
    realtime: realtime.top,
    checkRealtime: () => realtime.check(),
    checkLag: createLagCheck(deps),
  }
}

export type Rankings = ReturnType<typeof createRankings>
