import { randomUUID } from "node:crypto"
import type { ChainableCommander, Redis } from "ioredis"
import { rebuildCounts } from "../coupons/rebuild.ts"
import type { Tx } from "../infra/db.ts"
import { pendingKey, shopKey } from "../infra/keys.ts"
import type { Epoch } from "../infra/keys.ts"
import { withRedisErrors, createScript, redisRunId } from "../infra/redis.ts"
import { rebuildRanking } from "../rankings/rebuild.ts"

/**
 * Opens the shop, unless accepted claims are waiting that the counts do not include.
 * KEYS shop, pending. ARGV epoch, generation, runId
 */
const openScript = createScript(`
if redis.call('XLEN', KEYS[2]) > 0 then return 0 end
redis.call('HSET', KEYS[1], 'epoch', ARGV[1], 'generation', ARGV[2], 'runId', ARGV[3])
return 1
`)

type Target = { redis: Redis; epoch: Epoch; now: Date }

/**
 * Makes Redis say what PostgreSQL says. The transaction owns the shop, so nobody grants or relays meanwhile, and claims
 * are refused. False when accepted claims must be drained first; the shop stays closed then.
 */
export async function rebuildShop(tx: Tx, { redis, epoch, now }: Target): Promise<boolean> {
  const runId = await redisRunId(redis)
  await withRedisErrors(redis.del(shopKey))
  await execute(await rebuildCounts(tx, { redis, epoch }))
  await execute(await rebuildRanking(tx, { redis, epoch, now }))
  const opened = await withRedisErrors(
    openScript(redis, [shopKey, pendingKey(epoch)], [epoch, randomUUID(), runId]),
  )
  return opened === 1
}

async function execute(commands: ChainableCommander): Promise<void> {
  for (const [error] of (await withRedisErrors(commands.exec())) ?? []) if (error) throw error
}
