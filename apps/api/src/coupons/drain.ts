import type { Clock } from "../infra/clock.ts"
import type { Db } from "../infra/db.ts"
import type { Logger } from "../infra/logger.ts"
import type { Metrics } from "../infra/metrics.ts"
import { withRetry } from "../infra/retry.ts"
import type { Epoch } from "../infra/keys.ts"
import { shopEpoch } from "../shop/epoch.ts"
import { grantChunk } from "./grant-chunk.ts"
import type { Decision } from "./grants.ts"
import type { Pending } from "./pending.ts"

const CHUNK = 1_000

type DrainDeps = { db: Db; pending: Pending; clock: Clock; logger: Logger; metrics: Metrics }

/** Turns the pending list into coupons: read a chunk from its head, commit it, then trim it; so nothing is lost between. */
export function createDrain({ db, pending, clock, logger, metrics }: DrainDeps) {
  async function drainChunk(epoch: Epoch): Promise<number> {
    const claims = await pending.head(epoch, CHUNK)
    const last = claims.at(-1)
    if (last === undefined) return 0
    const decisions = await withRetry(() => db.$transaction((tx) => grantChunk(tx, epoch, claims)), {
      onRetry: (sqlstate) => metrics.retries.labels(sqlstate).inc(),
    })
    await pending.trimThrough(epoch, last.entryId)
    if (decisions) report(decisions)
    return claims.length
  }

  function report(decisions: Decision[]) {
    const now = clock().getTime()
    for (const { outcome, claim } of decisions) {
      metrics.grants.labels(outcome).inc()
      if (outcome === "granted") metrics.grantDelaySeconds.observe(Math.max(0, now - claim.claimedAt) / 1000)
      else if (outcome !== "repeated")
        logger.error({ outcome, claim }, "an accepted claim cannot become a coupon")
    }
  }

  return {
    /** Drains until the end of the list was read; returns how many claims that were. */
    async drainAll(): Promise<number> {
      const epoch = await shopEpoch(db)
      let drained = 0
      for (let more = true; more;) {
        const claims = await drainChunk(epoch)
        drained += claims
        more = claims === CHUNK
      }
      return drained
    },
  }
}

export type Drain = ReturnType<typeof createDrain>
