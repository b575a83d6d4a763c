import type { Redis } from "ioredis"
import type { Tx } from "../infra/db.ts"
import { productNamesKey, rankedEventsKey, rankingKey } from "../infra/keys.ts"
import type { Epoch } from "../infra/keys.ts"
import { rankedDays } from "./days.ts"
import { recountSales } from "./recount.ts"

type Target = { redis: Redis; epoch: Epoch; now: Date }

/** Queues the commands that make the realtime ranking what the orders and the seeds say. The transaction owns the shop. */
export async function rebuildRanking(tx: Tx, { redis, epoch, now }: Target) {
  const { sales, eventIds } = await recountSales(tx, now)
  const products = await tx.product.findMany({ select: { id: true, name: true } })
  const commands = redis.multi()
  commands.del(productNamesKey(epoch), rankedEventsKey(epoch))
  commands.del(rankedDays(now).map((day) => rankingKey(epoch, day)))
  if (products.length > 0) {
    commands.hset(productNamesKey(epoch), Object.fromEntries(products.map(({ id, name }) => [id, name])))
  }
  // These orders are counted here, so the relay must not add them once more.
  if (eventIds.length > 0) commands.sadd(rankedEventsKey(epoch), ...eventIds)
  for (const { day, productId, quantity } of sales) {
    commands.zincrby(rankingKey(epoch, day), quantity, String(productId))
  }
  return commands
}
