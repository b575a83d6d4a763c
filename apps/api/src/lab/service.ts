import type { Redis } from "ioredis"
import { RefusalError } from "../errors.ts"
import type { Clock } from "../infra/clock.ts"
import type { Db } from "../infra/db.ts"
import { PREFIX, epochOf } from "../infra/keys.ts"
import type { Epoch } from "../infra/keys.ts"
import type { Logger } from "../infra/logger.ts"
import { withRedisErrors } from "../infra/redis.ts"
import { withRetry } from "../infra/retry.ts"
import { lockShopExclusive } from "../shop/epoch.ts"
import { rebuildShop } from "../shop/rebuild.ts"
import type { ShopView } from "../shop/view.ts"
import type { SeedRequest } from "./schema.ts"
import { seedShop } from "./seed.ts"

const SEED_TIMEOUT_MS = 30_000

type LabDeps = { db: Db; redis: Redis; view: ShopView; clock: Clock; logger: Logger }

/** Seeds the shop, also while workers run: what they hold of the previous epoch is discarded. */
export function createLab({ db, redis, view, clock, logger }: LabDeps) {
  async function seedInTransaction(request: SeedRequest) {
    const now = clock()
    return db.$transaction(
      async (tx) => {
        await lockShopExclusive(tx)
        const seeded = await seedShop(tx, request, now)
        await unlessAway(() => rebuildShop(tx, { redis, epoch: seeded.epoch, now }))
        return seeded
      },
      { timeout: SEED_TIMEOUT_MS },
    )
  }

  /** Redis holds nothing that a worker does not rebuild when it is back. */
  async function unlessAway(step: () => Promise<void>): Promise<void> {
    try {
      await step()
    } catch (error) {
      if (!(error instanceof RefusalError)) throw error
      logger.warn({ err: error }, "seeded without Redis")
    }
  }

  return {
    async seed(request: SeedRequest) {
      const { epoch, policyIds, productIds } = await withRetry(() => seedInTransaction(request))
      await unlessAway(async () => {
        await view.refresh()
        await dropOldEpochs(redis, epoch)
      })
      return { message: "The shop is filled", policyIds, productIds, users: request.users, epoch }
    },
  }
}

export type Lab = ReturnType<typeof createLab>

async function dropOldEpochs(redis: Redis, epoch: Epoch): Promise<void> {
  const isOld = (key: string) => epochOf(key) !== undefined && epochOf(key) !== epoch
  let cursor = "0"
  do {
    const [next, keys] = await withRedisErrors(redis.scan(cursor, "MATCH", `${PREFIX}:*`, "COUNT", 1_000))
    const old = keys.filter(isOld)
    if (old.length > 0) await withRedisErrors(redis.unlink(...old))
    cursor = next
  } while (cursor !== "0")
}
