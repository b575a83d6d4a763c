import { RefusalError } from "../errors.ts"
import type { Db } from "../infra/db.ts"
import type { Logger } from "../infra/logger.ts"
import { withRetry } from "../infra/retry.ts"
import type { LiveRanking } from "../rankings/live.ts"
import { lockShopExclusive } from "../shop/epoch.ts"
import type { EpochWatch } from "../shop/epoch-watch.ts"
import type { SeedRequest } from "./schema.ts"
import { seedShop } from "./seed.ts"

const SEED_TIMEOUT_MS = 30_000

type LabDeps = { db: Db; live: LiveRanking; epochWatch: EpochWatch; logger: Logger }

/** Seeds the shop, also while workers run. */
export function createLab({ db, live, epochWatch, logger }: LabDeps) {
  async function seedInTransaction(request: SeedRequest) {
    return db.$transaction(
      async (tx) => {
        await lockShopExclusive(tx)
        return seedShop(tx, request)
      },
      { timeout: SEED_TIMEOUT_MS },
    )
  }

  /** Redis holds nothing that a worker does not rebuild when Redis is up again. */
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
      await epochWatch.refresh()
      await unlessAway(() => live.catchUp())
      return { message: "The shop is seeded", policyIds, productIds, users: request.users, epoch }
    },
  }
}

export type Lab = ReturnType<typeof createLab>
