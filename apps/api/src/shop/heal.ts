import type { Redis } from "ioredis"
import type { Drain } from "../coupons/drain.ts"
import type { Clock } from "../infra/clock.ts"
import type { Db, Tx } from "../infra/db.ts"
import type { Epoch } from "../infra/keys.ts"
import type { Logger } from "../infra/logger.ts"
import type { Metrics } from "../infra/metrics.ts"
import { lockShopExclusive, shopEpoch } from "./epoch.ts"
import { rebuildShop } from "./rebuild.ts"
import type { ShopView } from "./view.ts"

// Twice as long as an API process takes to notice the loss and to append what it promised; claims are refused meanwhile.
const GRACE_MS = 1_000
// A recount of a full shop takes longer than an ordinary transaction may.
const REBUILD_TIMEOUT_MS = 30_000

type HealDeps = {
  db: Db
  redis: Redis
  view: ShopView
  drain: Drain
  clock: Clock
  logger: Logger
  metrics: Metrics
}

/** `lost`: Redis does not hold this shop. `drift`: it does, and counts it wrongly. */
type Cause = "lost" | "drift"

/** Notices that Redis lost the shop or holds another one, and rebuilds it from PostgreSQL. */
export function createHealer({ db, redis, view, drain, clock, logger, metrics }: HealDeps) {
  let lostSince: number | undefined

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
    return rebuildShop(tx, { redis, epoch, now: clock() })
  }

  /** Drains what was promised, then rebuilds; what arrives in between is drained by the next attempt. */
  async function heal(cause: Cause): Promise<void> {
    await drain.drainAll()
    const rebuilt = await db.$transaction((tx) => rebuild(tx, cause), { timeout: REBUILD_TIMEOUT_MS })
    await view.refresh()
    if (!rebuilt) return
    metrics.healings.labels(cause).inc()
    logger.warn({ cause }, "rebuilt Redis from PostgreSQL")
  }

  /** Nothing can have been promised by a shop that has no coupon policy. */
  const mustWait = async () => (await db.couponPolicy.count()) > 0

  return {
    heal,
    async check(): Promise<void> {
      if (view.status() === "away") return
      if (await holds(await shopEpoch(db))) {
        lostSince = undefined
        return
      }
      lostSince ??= performance.now()
      if (performance.now() - lostSince < GRACE_MS && (await mustWait())) return
      await heal("lost")
      lostSince = undefined
    },
  }
}

export type Healer = ReturnType<typeof createHealer>
