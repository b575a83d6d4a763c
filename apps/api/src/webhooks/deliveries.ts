import { oneRow, pgArray } from "../infra/db.ts"
import type { Db, Statements, Tx } from "../infra/db.ts"

/** Requests to one endpoint at a time, over all workers. */
export const PER_WEBHOOK = 6
/** Longer than an attempt may take: after that, its worker is gone, and another one sends again. */
const CLAIM_SECONDS = 15
const MAX_REDELIVERED = 10_000

export type Claimed = {
  id: number
  webhookId: number
  eventId: string
  body: string
  attempts: number
  url: string
  secret: string
}

export type Outcome = { id: number; webhookId: number } & (
  | { outcome: "delivered" }
  | { outcome: "retry"; reason: string; inMs: number }
  | { outcome: "dead"; reason: string }
)

/** The deliveries that may be sent now, a few for each webhook; those that are being sent count among the few. */
export async function dueDeliveries(db: Statements): Promise<number[]> {
  const rows = await db.$queryRaw<{ id: number }[]>`
    SELECT d.id::float8 FROM webhooks w CROSS JOIN LATERAL (
      SELECT id, claimed_until FROM webhook_deliveries
      WHERE webhook_id = w.id AND status = 'ready' AND next_attempt_at <= now()
      ORDER BY next_attempt_at, id LIMIT ${PER_WEBHOOK}
    ) d WHERE disabled_at IS NULL AND (claimed_until IS NULL OR claimed_until < now()) ORDER BY d.id`
  return rows.map(({ id }) => id)
}

/** Takes a delivery for one attempt; undefined when it is not due, or another process sends it. */
export async function claim(db: Db, id: number): Promise<Claimed | undefined> {
  const [claimed] = await db.$queryRaw<Claimed[]>`
    UPDATE webhook_deliveries d
    SET attempts = attempts + 1, claimed_until = now() + ${CLAIM_SECONDS}::int * interval '1 second'
    FROM webhooks w
    WHERE d.id = ${id}::bigint AND w.id = d.webhook_id AND disabled_at IS NULL AND status = 'ready' AND next_attempt_at <= now()
      AND (claimed_until IS NULL OR claimed_until < now())
    RETURNING d.id::float8, webhook_id AS "webhookId", event_id AS "eventId", event AS body, attempts, url, secret`
  return claimed
}

/** Records what came of attempts. A delivery that waited for one of them becomes ready. */
export async function settle(tx: Tx, outcomes: readonly Outcome[]): Promise<void> {
  const idsOf = (outcome: Outcome["outcome"]) =>
    pgArray(outcomes.flatMap((one) => (one.outcome === outcome ? one.id : [])))
  await lockWebhooks(tx, pgArray(new Set(outcomes.map(({ webhookId }) => webhookId))))
  const failed = outcomes.flatMap((one) =>
    one.outcome === "delivered"
      ? []
      : { id: one.id, reason: one.reason, ms: one.outcome === "retry" ? one.inMs : null },
  )
  const done = await oneRow<{ webhooks: number[]; keys: string[] }>(tx)`
    WITH delivered AS (
      DELETE FROM webhook_deliveries WHERE id = ANY (${idsOf("delivered")}::bigint[])
      RETURNING webhook_id, partition_key
    ), failed AS (
      UPDATE webhook_deliveries d
      SET last_error = reason, claimed_until = NULL, status = CASE WHEN ms IS NULL THEN 'dead' ELSE 'ready' END,
          next_attempt_at = now() + coalesce(ms, 0) * interval '1 millisecond'
      FROM json_to_recordset(${JSON.stringify(failed)}::json) AS t (id bigint, reason text, ms int)
      WHERE d.id = t.id AND d.status = 'ready' RETURNING webhook_id, partition_key, d.status
    ), done AS (
      SELECT webhook_id, partition_key FROM delivered
      UNION SELECT webhook_id, partition_key FROM failed WHERE status = 'dead'
    )
    SELECT coalesce(json_agg(webhook_id), '[]') AS webhooks, coalesce(json_agg(partition_key), '[]') AS keys FROM done`
  if (done.webhooks.length > 0) await promote(tx, done)
}

/** What writes new deliveries takes the same locks: an earlier one that ends and a later one that comes see each other. */
const lockWebhooks = (tx: Tx, ids: string) =>
  tx.$queryRaw`SELECT id FROM webhooks WHERE id = ANY (${ids}::int[]) ORDER BY id FOR NO KEY UPDATE`

/** Makes the first that waits ready, for each webhook and key of which none is. */
const promote = (tx: Tx, { webhooks, keys }: { webhooks: number[]; keys: string[] }) =>
  tx.$executeRaw`
    UPDATE webhook_deliveries SET status = 'ready', next_attempt_at = now()
    WHERE id IN (
      SELECT first.id
      FROM unnest(${pgArray(webhooks)}::int[], ${keys}::text[]) AS t (webhook_id, partition_key)
      CROSS JOIN LATERAL (
        SELECT id FROM webhook_deliveries d
        WHERE d.webhook_id = t.webhook_id AND d.partition_key = t.partition_key AND status = 'waiting'
        ORDER BY id LIMIT 1
      ) first
      WHERE NOT EXISTS (
        SELECT FROM webhook_deliveries r
        WHERE r.webhook_id = t.webhook_id AND r.partition_key = t.partition_key AND r.status = 'ready'))`

/** Lets what was given up be tried again, the oldest first; returns how many. The webhook is locked. */
export async function reviveDead(tx: Tx, webhookId: number): Promise<number> {
  const rows = await tx.$queryRaw<{ key: string }[]>`
    UPDATE webhook_deliveries SET status = 'waiting', attempts = 0, claimed_until = NULL
    WHERE id IN (SELECT id FROM webhook_deliveries WHERE webhook_id = ${webhookId}::int AND status = 'dead'
                 ORDER BY id LIMIT ${MAX_REDELIVERED})
    RETURNING partition_key AS key`
  const keys = [...new Set(rows.map(({ key }) => key))]
  if (keys.length > 0) await promote(tx, { webhooks: keys.map(() => webhookId), keys })
  return rows.length
}

/** Makes the first that waits ready for every key; where a webhook was disabled, keys may be left without any. */
export const promoteAll = (tx: Tx, webhookId: number) =>
  tx.$executeRaw`
    UPDATE webhook_deliveries SET status = 'ready', next_attempt_at = now()
    WHERE id IN (
      SELECT DISTINCT ON (partition_key) id FROM webhook_deliveries d
      WHERE webhook_id = ${webhookId}::int AND status = 'waiting' AND NOT EXISTS (
        SELECT FROM webhook_deliveries r
        WHERE r.webhook_id = d.webhook_id AND r.partition_key = d.partition_key AND r.status = 'ready')
      ORDER BY partition_key, id)`
