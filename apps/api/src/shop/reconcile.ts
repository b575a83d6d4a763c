import type { Redis } from "ioredis"
import type { Clock } from "../infra/clock.ts"
import type { Db } from "../infra/db.ts"
import type { Logger } from "../infra/logger.ts"
import type { Metrics } from "../infra/metrics.ts"
import { createRankingDrift } from "../rankings/drift.ts"
import { createConsistentSnapshot } from "./consistent-snapshot.ts"
import type { Healer } from "./heal.ts"
import type { ShopView } from "./view.ts"

type ReconcileDeps = {
  db: Db
  redis: Redis
  view: ShopView
  healer: Healer
  clock: Clock
  logger: Logger
  metrics: Metrics
}

/** Compares Redis with PostgreSQL, shows the difference as a metric, and rebuilds Redis when there is one. */
export function createReconciler(deps: ReconcileDeps) {
  const { db, redis, view, healer, clock, logger, metrics } = deps
  const consistentSnapshot = createConsistentSnapshot({ db })
  const rankingDrift = createRankingDrift({ consistentSnapshot, redis, clock })

  async function reconcile(what: "ranking", measure: () => Promise<number>): Promise<void> {
    const before = view.status()
    if (typeof before !== "object") return
    const drift = await measure()
    // A loss or a refill looks like drift, and is not for this to repair.
    await view.refresh()
    const after = view.status()
    if (typeof after !== "object" || after.generation !== before.generation) return
    metrics.drift.labels(what).set(drift)
    if (drift === 0) return
    logger.error({ what, drift }, "Redis and PostgreSQL differ")
    await healer.heal("drift")
    metrics.drift.labels(what).set(await measure())
  }

  return {
    ranking: () => reconcile("ranking", rankingDrift),
  }
}
