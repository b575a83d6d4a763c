import type { Redis } from "ioredis"
import { z } from "zod"
import type { Clock } from "../infra/clock.ts"
import { productNamesKey, rankingKey, shopKey } from "../infra/keys.ts"
import { withRedisErrors, createScript } from "../infra/redis.ts"
import { LOST } from "../shop/view.ts"
import type { ShopView } from "../shop/view.ts"
import { rankedDays } from "./days.ts"
import type { RankedProduct } from "./schema.ts"

/**
 * The best sellers over the days and their names, in one look. Products level with the last one come along, since
 * Redis orders equals by text: the caller cuts.
 * KEYS shop, product names, one set a day. ARGV epoch, how many
 */
const topScript = createScript(`
if redis.call('HGET', KEYS[1], 'epoch') ~= ARGV[1] then return {'LOST'} end
local days = {}
for i = 3, #KEYS do days[#days + 1] = KEYS[i] end
days[#days + 1] = 'WITHSCORES'
local ranked = redis.call('ZUNION', #KEYS - 2, unpack(days))
local top, taken, last = {}, 0, nil
for i = #ranked - 1, 1, -2 do
  if taken >= tonumber(ARGV[2]) and ranked[i + 1] ~= last then break end
  last = ranked[i + 1]
  taken = taken + 1
  top[#top + 1] = {ranked[i], last, redis.call('HGET', KEYS[2], ranked[i]) or ''}
end
return {'OK', top}
`)

const Reply = z.union([
  z.tuple([z.literal(LOST)]),
  z.tuple([z.literal("OK"), z.array(z.tuple([z.string(), z.string(), z.string()]))]),
])

type RealtimeDeps = { redis: Redis; view: ShopView; clock: Clock }

/** The ranking in Redis, fed by the outbox: it knows an order a moment after its commit. */
export function createRealtimeRanking({ redis, view, clock }: RealtimeDeps) {
  return (limit: number): Promise<RankedProduct[]> =>
    view.withShop(async ({ epoch }) => {
      const days = rankedDays(clock()).map((day) => rankingKey(epoch, day))
      const keys = [shopKey, productNamesKey(epoch), ...days]
      const [state, top = []] = Reply.parse(await withRedisErrors(topScript(redis, keys, [epoch, limit])))
      if (state === LOST) return LOST
      return top
        .map(([productId, soldQty, name]) => ({
          productId: Number(productId),
          name,
          soldQty: Number(soldQty),
        }))
        .toSorted((a, b) => b.soldQty - a.soldQty || a.productId - b.productId)
        .slice(0, limit)
    })
}
