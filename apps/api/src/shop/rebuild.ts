import { randomUUID } from "node:crypto"
import type { ChainableCommander, Redis } from "ioredis"
import type { Tx } from "../infra/db.ts"
import { shopKey } from "../infra/keys.ts"
import type { Epoch } from "../infra/keys.ts"
import { withRedisErrors, redisRunId } from "../infra/redis.ts"
import { rebuildRanking } from "../rankings/rebuild.ts"

type Target = { redis: Redis; epoch: Epoch; now: Date }

/** Makes the ranking in Redis say what PostgreSQL says. The transaction owns the shop, so nobody relays meanwhile. */
export async function rebuildShop(tx: Tx, { redis, epoch, now }: Target): Promise<void> {
  const runId = await redisRunId(redis)
  await withRedisErrors(redis.del(shopKey))
  await execute(await rebuildRanking(tx, { redis, epoch, now }))
  await withRedisErrors(redis.hset(shopKey, { epoch, generation: randomUUID(), runId }))
}

async function execute(commands: ChainableCommander): Promise<void> {
  for (const [error] of (await withRedisErrors(commands.exec())) ?? []) if (error) throw error
}
