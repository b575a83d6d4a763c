import { couponsToOutbox } from "../events/outbox.ts"
import { isAboutRow } from "../infra/db-errors.ts"
import { oneRow, pgArray, sql } from "../infra/db.ts"
import type { Db, Sql, Statements } from "../infra/db.ts"
import type { Logger } from "../infra/logger.ts"
import type { Metrics } from "../infra/metrics.ts"
import { withRetry } from "../infra/retry.ts"
import { createSetAside } from "../infra/set-aside.ts"
import type { SetAside } from "../infra/set-aside.ts"

const CHUNK = 500
const SKIP = sql`SKIP LOCKED`
const WAIT = sql``

type DrainDeps = { db: Db; logger: Logger; metrics: Metrics; setAside?: SetAside }
/** How long each of them waited, in seconds. */
type Drained = { waited: number[] }

/** Makes coupons of accepted claims. Several may run at once, in any number of processes: none takes what another has. */
export function createDrain({ db, logger, metrics, setAside = createSetAside() }: DrainDeps) {
  async function drain(which: Sql, whenLocked: Sql): Promise<number> {
    const { waited } = await withRetry(() => moveClaims(db.raw, sql`${which} FOR UPDATE ${whenLocked}`), {
      onRetry: (state) => metrics.retries.labels(state).inc(),
    })
    metrics.drained.inc(waited.length)
    for (const seconds of waited) metrics.grantDelaySeconds.observe(Math.max(0, seconds))
    return waited.length
  }

  /** Those that PostgreSQL refuses keep waiting, where the audit sees them. */
  const drainOneByOne = (ids: readonly number[]) =>
    setAside.moveOneByOne(ids, {
      // PostgreSQL reports that it refused the chunk before it has released the chunk's rows, so these are waited for.
      move: (id) => drain(sql`id = ${id}::bigint`, WAIT),
      isRefusal: isAboutRow,
    })

  /** The oldest claims; one by one when PostgreSQL refuses them together, so that only those it means stay. */
  async function drainChunk(): Promise<number> {
    const oldest = sql`id <> ALL (${pgArray(setAside.ids())}::bigint[]) ORDER BY id LIMIT ${CHUNK}`
    try {
      return await drain(oldest, SKIP)
    } catch (error) {
      if (!isAboutRow(error)) throw error
    }
    const claims = await db.$queryRaw<{ id: bigint }[]>`SELECT id FROM coupon_claims WHERE ${oldest}`
    const { refused, err } = await drainOneByOne(claims.map(({ id }) => Number(id)))
    if (refused.length > 0)
      logger.error({ err, refused }, "accepted claims cannot become coupons; they keep waiting")
    return claims.length
  }

  return {
    /** Drains until less than a chunk was left; returns how many claims that were. */
    async drainAll(): Promise<number> {
      await drainOneByOne(setAside.due())
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

/** Claims become coupons in one statement, so that at any instant each is exactly one of both. */
function moveClaims(db: Statements, which: Sql): Promise<Drained> {
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
    SELECT coalesce(json_agg(extract(epoch FROM clock_timestamp() - issued_at)), '[]') AS waited FROM granted`
}
