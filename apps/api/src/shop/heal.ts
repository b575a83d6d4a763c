import type { Redis } from "ioredis"
import type { Clock } from "../infra/clock.ts"
import type { Db, Tx } from "../infra/db.ts"
import type { Epoch } from "../infra/keys.ts"
import type { Logger } from "../infra/logger.ts"
import type { Metrics } from "../infra/metrics.ts"
import { lockShopExclusive, shopEpoch } from "./epoch.ts"
import { rebuildShop } from "./rebuild.ts"
import type { ShopView } from "./view.ts"

// A recount of a full shop takes longer than an ordinary transaction may.
const REBUILD_TIMEOUT_MS = 30_000

type HealDeps = {
  db: Db
  redis: Redis
  view: ShopView
  clock: Clock
  logger: Logger
  metrics: Metrics
}

/** `lost`: Redis does not hold this shop. `drift`: it does, and counts it wrongly. */
type Cause = "lost" | "drift"

/** Notices that Redis lost the shop or holds another one, and rebuilds it from PostgreSQL. */
export function createHealer({ db, redis, view, clock, logger, metrics }: HealDeps) {
  async function holds(epoch: Epoch): Promise<boolean> {
    // A view from before a refill would look like a loss.
    await view.refresh()
    const status = view.status()
    return typeof status === "object" && status.epoch === epoch
  }

  async function rebuild(tx: Tx, cause: Cause): Promise<boolean> {
    const epoch = await lockShopExclusive(tx)
    // Somebody else may have filled or rebuilt it while this one waited for its turn.
    if (cause === "lost" && (await holds(epoch))) return false
    await rebuildShop(tx, { redis, epoch, now: clock() })
    return true
  }

  async function heal(cause: Cause): Promise<void> {
    const rebuilt = await db.$transaction((tx) => rebuild(tx, cause), { timeout: REBUILD_TIMEOUT_MS })
    await view.refresh()
    if (!rebuilt) return
    metrics.healings.labels(cause).inc()
    logger.warn({ cause }, "rebuilt Redis from PostgreSQL")
  }

  return {
    heal,
    async check(): Promise<void> {
      if (view.status() === "away") return
      if (!(await holds(await shopEpoch(db)))) await heal("lost")
    },
  }
}

export type Healer = ReturnType<typeof createHealer>
