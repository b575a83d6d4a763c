import { sql } from "../infra/db.ts"
import type { Db, Sql, Statements } from "../infra/db.ts"
import type { Metrics } from "../infra/metrics.ts"

const CHUNK = 5_000
/** The next step goes on, so that a worker that stops does not wait for long. */
const MOST_CHUNKS = 20

type RetentionDeps = {
  db: Db
  metrics: Metrics
  /** Dead letters that are kept for each webhook. */
  maxDead: number
}

/**
 * Bounds what is stored for endpoints that do not come back: what waits for a disabled one becomes dead letters, and of
 * those the oldest above the bound are dropped.
 */
export function createRetention({ db, metrics, maxDead }: RetentionDeps) {
  return async (): Promise<void> => {
    for (let chunk = 0; chunk < MOST_CHUNKS; chunk++) {
      const retired = await db.inBatch(retireDisabled)
      const dropped = await dropOldest(db, maxDead)
      metrics.webhookDropped.inc(dropped)
      if (retired + dropped === 0) return
    }
  }
}

/** Whoever enables a webhook takes the same lock. */
async function retireDisabled(tx: Statements): Promise<number> {
  const [first] = await tx.$queryRaw<{ id: number }[]>`
    SELECT id FROM webhooks w WHERE disabled_at IS NOT NULL AND (
      EXISTS (SELECT FROM webhook_deliveries d WHERE d.webhook_id = w.id AND status = 'ready')
      OR EXISTS (SELECT FROM webhook_deliveries d WHERE d.webhook_id = w.id AND status = 'waiting'))
    ORDER BY id LIMIT 1 FOR NO KEY UPDATE`
  if (!first) return 0
  // One after the other: each status has an index of its own.
  return (await retire(tx, first.id, sql`'waiting'`)) + (await retire(tx, first.id, sql`'ready'`))
}

const retire = (tx: Statements, webhookId: number, status: Sql): Promise<number> =>
  tx.$executeRaw`
    UPDATE webhook_deliveries
    SET status = 'dead', claimed_until = NULL, last_error = coalesce(last_error, 'the webhook was disabled')
    WHERE id IN (SELECT id FROM webhook_deliveries
                 WHERE webhook_id = ${webhookId}::int AND status = ${status} LIMIT ${CHUNK})`

const dropOldest = (db: Db, maxDead: number): Promise<number> =>
  db.$executeRaw`
    DELETE FROM webhook_deliveries WHERE status = 'dead' AND id IN (
      SELECT d.id FROM webhooks w CROSS JOIN LATERAL (
        SELECT id FROM webhook_deliveries
        WHERE webhook_id = w.id AND status = 'dead' ORDER BY id DESC OFFSET ${maxDead}::int LIMIT ${CHUNK}
      ) d)`
