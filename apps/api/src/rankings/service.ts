import type { Redis } from "ioredis"
import type { Clock } from "../infra/clock.ts"
import type { Db } from "../infra/db.ts"
import type { ShopView } from "../shop/view.ts"
import { createRealtimeRanking } from "./realtime.ts"
import { topFromOrders } from "./recount.ts"

type RankingsDeps = { db: Db; redis: Redis; view: ShopView; clock: Clock }

/** Best sellers of the last 3 days: counted from the orders, or as Redis knows them a moment after an order. */
export function createRankings({ db, redis, view, clock }: RankingsDeps) {
  return {
    top: (limit: number) => topFromOrders(db, { now: clock(), limit }),
    realtime: createRealtimeRanking({ redis, view, clock }),
  }
}

export type Rankings = ReturnType<typeof createRankings>
