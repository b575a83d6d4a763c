import type { Clock } from "../infra/clock.ts"
import type { Db } from "../infra/db.ts"
import type { Metrics } from "../infra/metrics.ts"
import { withRetry } from "../infra/retry.ts"

const CHUNK = 500

type DrainDeps = { db: Db; clock: Clock; metrics: Metrics }
/** When each of them was claimed, in ms since 1970. */
type Drained = { claimedAt: number[] }

/** Makes coupons of accepted claims. Several may run at once, in any number of processes: none takes what another has. */
export function createDrain({ db, clock, metrics }: DrainDeps) {
  async function drainChunk(): Promise<number> {
    const { claimedAt } = await withRetry(() => moveChunk(db), {
      onRetry: (state) => metrics.retries.labels(state).inc(),
    })
    const now = clock().getTime()
    metrics.drained.inc(claimedAt.length)
    for (const at of claimedAt) metrics.grantDelaySeconds.observe(Math.max(0, now - at) / 1_000)
    return claimedAt.length
  }

  return {
    /** Drains until less than a chunk was left; returns how many claims that were. */
    async drainAll(): Promise<number> {
      let drained = 0
      for (let more = true; more;) {
        const moved = await drainChunk()
        drained += moved
        more = moved === CHUNK
      }
      return drained
    },
  }
}

export type Drain = ReturnType<typeof createDrain>

/** The oldest claims become coupons in one statement, so that at any instant each is exactly one of both. */
async function moveChunk(db: Db): Promise<Drained> {
  const [moved] = await db.$queryRaw<Drained[]>`
    WITH taken AS (
      DELETE FROM coupon_claims
      WHERE id IN (SELECT id FROM coupon_claims ORDER BY id LIMIT ${CHUNK} FOR UPDATE SKIP LOCKED)
      RETURNING *
    ), granted AS (
      INSERT INTO coupons
        (policy_id, user_id, user_ordinal, claim_id, discount_amount, discount_rate_bp, issued_at, expires_at)
      SELECT policy_id, user_id, user_ordinal, claim_id, discount_amount, discount_rate_bp, claimed_at, expires_at
      FROM taken ORDER BY id
      RETURNING issued_at
    )
    SELECT coalesce(json_agg(extract(epoch FROM issued_at) * 1000), '[]') AS "claimedAt" FROM granted`
  if (!moved) throw new Error("An aggregate answered no row")
  return moved
}
