import { couponsToOutbox } from "../events/outbox.ts"
import type { Clock } from "../infra/clock.ts"
import { isRetryable, isRolledBack } from "../infra/db-errors.ts"
import { oneRow, pgArray, sql } from "../infra/db.ts"
import type { Db, Sql } from "../infra/db.ts"
import type { Logger } from "../infra/logger.ts"
import type { Metrics } from "../infra/metrics.ts"
import { withRetry } from "../infra/retry.ts"

const CHUNK = 500
const SKIP = sql`SKIP LOCKED`
const WAIT = sql``

type DrainDeps = { db: Db; clock: Clock; logger: Logger; metrics: Metrics }
/** When each of them was claimed, in ms since 1970. */
type Drained = { claimedAt: number[] }

/** Makes coupons of accepted claims. Several may run at once, in any number of processes: none takes what another has. */
export function createDrain({ db, clock, logger, metrics }: DrainDeps) {
  // Rows that the database refuses as coupons. They keep waiting, where the audit sees them, and block no other claim.
  const refused = new Set<number>()

  async function drain(which: Sql, whenLocked: Sql): Promise<number> {
    const { claimedAt } = await withRetry(() => moveClaims(db, sql`${which} FOR UPDATE ${whenLocked}`), {
      onRetry: (state) => metrics.retries.labels(state).inc(),
    })
    const now = clock().getTime()
    metrics.drained.inc(claimedAt.length)
    for (const at of claimedAt) metrics.grantDelaySeconds.observe(Math.max(0, now - at) / 1_000)
    return claimedAt.length
  }

  async function drainOne(id: number): Promise<void> {
    try {
      // PostgreSQL reports that it refused the chunk before it has released the chunk's rows, so these are waited for.
      await drain(sql`id = ${id}::bigint`, WAIT)
    } catch (err) {
      if (!isRefusedRow(err)) throw err
      refused.add(id)
      logger.error({ err, id }, "an accepted claim cannot become a coupon; it keeps waiting")
    }
  }

  /** The oldest claims; one by one when PostgreSQL refuses them together, so that only the one it means stays. */
  async function drainChunk(): Promise<number> {
    const oldest = sql`id <> ALL (${pgArray(refused)}::bigint[]) ORDER BY id LIMIT ${CHUNK}`
    try {
      return await drain(oldest, SKIP)
    } catch (error) {
      if (!isRefusedRow(error)) throw error
    }
    const claims = await db.$queryRaw<{ id: bigint }[]>`SELECT id FROM coupon_claims WHERE ${oldest}`
    for (const { id } of claims) await drainOne(Number(id))
    return claims.length
  }

  return {
    /** Drains until less than a chunk was left; returns how many claims that were. */
    async drainAll(): Promise<number> {
      let drained = 0
      for (let more = true; more;) {
        const handled = await drainChunk()
        drained += handled
        more = handled === CHUNK
      }
      return drained
    },
  }
}

export type Drain = ReturnType<typeof createDrain>

const isRefusedRow = (error: unknown) => isRolledBack(error) && !isRetryable(error)

/** Claims become coupons in one statement, so that at any instant each is exactly one of both. */
function moveClaims(db: Db, which: Sql): Promise<Drained> {
  return oneRow<Drained>(db)`
    WITH taken AS (
      DELETE FROM coupon_claims
      WHERE id IN (SELECT id FROM coupon_claims WHERE ${which})
      RETURNING *
    ), granted AS (
      INSERT INTO coupons
        (policy_id, user_id, user_ordinal, claim_id, discount_amount, discount_rate_bp, issued_at, expires_at)
      SELECT policy_id, user_id, user_ordinal, claim_id, discount_amount, discount_rate_bp, claimed_at, expires_at
      FROM taken ORDER BY id
      RETURNING id, issued_at
    ), queued AS (${couponsToOutbox(sql`granted`)})
    SELECT coalesce(json_agg(extract(epoch FROM issued_at) * 1000), '[]') AS "claimedAt" FROM granted`
}
