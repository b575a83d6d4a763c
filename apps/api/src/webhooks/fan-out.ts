import { cloudEvent } from "../events/cloud-event.ts"
import type { OutboxRow } from "../events/entries.ts"
import { readEvents } from "../events/read-events.ts"
import type { Db, Statements } from "../infra/db.ts"

type Wants = { id: number; events: string[] }

export const hasWebhooks = async (db: Db): Promise<boolean> => (await db.webhook.findFirst()) !== null

/**
 * Writes a delivery for each webhook that wants an event of these entries; returns how many. In the transaction that
 * takes the entries from the outbox, so no event is lost and none is delivered under two ids. Nothing is written for a
 * type that no webhook wants: a webhook that was committed before an event's own commit is seen here, since the entry
 * is taken later than that.
 */
export async function fanOut(tx: Statements, rows: readonly OutboxRow[]): Promise<number> {
  if (rows.length === 0) return 0
  // What settles deliveries takes the same locks, so that the first event in its order is sent by one of the two.
  const webhooks = await tx.$queryRaw<Wants[]>`
    SELECT id, events FROM webhooks WHERE disabled_at IS NULL ORDER BY id FOR NO KEY UPDATE`
  const wanted = new Set(webhooks.flatMap(({ events }) => events))
  if (wanted.size === 0) return 0
  const deliveries = (await readEvents(tx, rows, wanted)).flatMap((event) =>
    webhooks
      .filter(({ events }) => events.includes(event.type))
      .map((webhook) => ({
        webhook_id: webhook.id,
        event_id: event.id,
        type: event.type,
        partition_key: event.partitionKey,
        event: cloudEvent(event),
      })),
  )
  if (deliveries.length === 0) return 0
  const numbered = deliveries.map((delivery, nr) => ({ nr, ...delivery }))
  return tx.$executeRaw`
    INSERT INTO webhook_deliveries (webhook_id, event_id, type, partition_key, event, status)
    SELECT webhook_id, event_id, type, partition_key, event,
           CASE WHEN row_number() OVER (PARTITION BY webhook_id, partition_key ORDER BY nr) = 1 AND NOT EXISTS (
             SELECT FROM webhook_deliveries d
             WHERE d.webhook_id = t.webhook_id AND d.partition_key = t.partition_key AND d.status <> 'dead'
           ) THEN 'ready' ELSE 'waiting' END
    FROM json_to_recordset(${JSON.stringify(numbered)}::json)
      AS t (nr int, webhook_id int, event_id text, type text, partition_key text, event text)
    ORDER BY nr`
}
