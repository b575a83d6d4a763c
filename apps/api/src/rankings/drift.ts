import type { Redis } from "ioredis"
import { z } from "zod"
import type { Clock } from "../infra/clock.ts"
import type { Tx } from "../infra/db.ts"
import { rankedEventsKey, rankingKey } from "../infra/keys.ts"
import { withRedisErrors } from "../infra/redis.ts"
import type { ConsistentSnapshot } from "../shop/consistent-snapshot.ts"
import { rankedDays } from "./days.ts"
import { recountSales } from "./recount.ts"

const Pairs = z.array(z.string())
const Looked = z.array(z.tuple([z.null(), Pairs])).transform((replies) => replies.map(([, values]) => values))

/** Units by "day product". */
type Units = Map<string, number>

type DriftDeps = { consistentSnapshot: ConsistentSnapshot; redis: Redis; clock: Clock }

/**
 * By how many units the realtime ranking differs from a recount of the orders, over all products and days. Orders that
 * the relay has still to bring do not count: 0 is right at any moment.
 */
export function createRankingDrift({ consistentSnapshot, redis, clock }: DriftDeps) {
  return async (): Promise<number> => {
    const now = clock()
    const days = rankedDays(now)
    return consistentSnapshot({
      async look(epoch) {
        const looks = redis.multi().smembers(rankedEventsKey(epoch))
        for (const day of days) looks.zrange(rankingKey(epoch, day), 0, "-1", "WITHSCORES")
        const [applied = [], ...ranked] = Looked.parse(await withRedisErrors(looks.exec()))
        return { applied: new Set(applied), ranked }
      },
      async compare(snapshot, { applied, ranked }) {
        const expected = await expectedUnits(snapshot, applied, now)
        return difference(expected, unitsOf(days, ranked))
      },
    })
  }
}

async function expectedUnits(snapshot: Tx, applied: ReadonlySet<string>, now: Date): Promise<Units> {
  const units: Units = new Map()
  const add = (key: string, quantity: number) => units.set(key, (units.get(key) ?? 0) + quantity)
  const { sales } = await recountSales(snapshot, now)
  for (const { day, productId, quantity } of sales) add(`${day} ${productId}`, quantity)
  const waiting = await snapshot.$queryRaw<{ id: string; day: string; product: string; quantity: number }[]>`
    SELECT id::text, payload ->> 'day' AS day, key AS product, value::float8 AS quantity
    FROM outbox_events, jsonb_each_text(payload -> 'sold')`
  for (const { id, day, product, quantity } of waiting) {
    if (!applied.has(id)) add(`${day} ${product}`, -quantity)
  }
  return units
}

function unitsOf(days: string[], ranked: string[][]): Units {
  const units: Units = new Map()
  for (const [index, pairs] of ranked.entries()) {
    for (let at = 0; at < pairs.length; at += 2)
      units.set(`${days[index]} ${pairs[at]}`, Number(pairs[at + 1]))
  }
  return units
}

function difference(a: Units, b: Units): number {
  const keys = new Set([...a.keys(), ...b.keys()])
  return [...keys].reduce((sum, key) => sum + Math.abs((a.get(key) ?? 0) - (b.get(key) ?? 0)), 0)
}
