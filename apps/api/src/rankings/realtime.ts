import type { Redis } from "ioredis"
import { z } from "zod"
import { RefusalError } from "../errors.ts"
import type { Clock } from "../infra/clock.ts"
import type { Db } from "../infra/db.ts"
import { liveRankingKey, rankingSetKey } from "../infra/keys.ts"
import { withRedisErrors, createScript } from "../infra/redis.ts"
import { dayOf, sinceMidnight } from "./days.ts"
import { productOf } from "./live-state.ts"
import { createProductNames } from "./names.ts"
import type { RankedProduct } from "./schema.ts"

/** How long yesterday's ranking is served after midnight in UTC, while today's is built. */
const MOVE_TO_TODAY_MS = 10_000

/** KEYS live. ARGV prefix of the sets, how many */
const topScript = createScript(`
local live = redis.call('HMGET', KEYS[1], 'generation', 'day')
if not live[1] or not live[2] then return {} end
return {live[2], redis.call('ZREVRANGE', ARGV[1] .. live[1], 0, ARGV[2] - 1, 'WITHSCORES')}
`)

const Reply = z.union([z.tuple([]), z.tuple([z.string(), z.array(z.string())])])

type RealtimeDeps = { db: Db; redis: Redis; clock: Clock; maxQueued: number }

/** The ranking in Redis, fed by the relay: it has an order a moment after its commit. Names are the products' own. */
export function createRealtimeRanking({ db, redis, clock, maxQueued }: RealtimeDeps) {
  const namesOf = createProductNames({ db: db.raw, maxQueued })

  async function read(limit: number): Promise<{ productId: number; soldQty: number }[]> {
    const reply = await withRedisErrors(topScript(redis, [liveRankingKey], [rankingSetKey(""), limit]))
    const [day, pairs] = Reply.parse(reply)
    if (day === undefined || pairs === undefined) throw notServed("The realtime ranking is being built")
    const now = clock()
    if (day < dayOf(now) && sinceMidnight(now) > MOVE_TO_TODAY_MS) {
      throw notServed("The realtime ranking is of an earlier day: no worker has moved it to today")
    }
    return toPairs(pairs).map(([member, units]) => ({ productId: productOf(member), soldQty: Number(units) }))
  }

  /** @throws UNAVAILABLE while Redis does not answer or holds no ranking of today */
  const top = async (limit: number): Promise<RankedProduct[]> => {
    const ranked = await read(limit)
    if (ranked.length === 0) return []
    const names = await namesOf(ranked.map(({ productId }) => productId))
    return ranked.flatMap(({ productId, soldQty }) => {
      const name = names.get(productId)
      // Gone since: POST /init emptied the shop.
      return name === undefined ? [] : [{ productId, name, soldQty }]
    })
  }

  return {
    top,
    /** Rejects with the reason when the ranking is not served. */
    check: () => read(1),
  }
}

const notServed = (reason: string) => new RefusalError("UNAVAILABLE", reason, { retryAfterSeconds: 1 })

function toPairs(flat: readonly string[]): [string, string][] {
  return flat.flatMap((member, at): [string, string][] => {
    const units = flat[at + 1]
    return at % 2 === 0 && units !== undefined ? [[member, units]] : []
  })
}
