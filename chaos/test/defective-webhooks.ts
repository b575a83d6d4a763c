import { createHmac, randomBytes } from "node:crypto"
import { setTimeout as sleep } from "node:timers/promises"

import type { Pool, PoolClient } from "pg"

import type { Act, Defect } from "./defective-transactions.ts"

// So long that more than one event of a user waits, and that a kill hits one that was taken and not sent.
const DEFECT_DELAY_MS = 1_000
const LOOK_EVERY_MS = 20

type Event = { type: string; id: number; data: object }

/** Writes what happened to a user, in the transaction in which it happens. */
export const tell = (db: PoolClient, userId: number, { data, ...event }: Event): Promise<void> =>
  write(db, `user-${userId}`, { ...event, data: { ...data, userId } })

/** Writes that an order took the last unit of a product. */
export const tellSoldOut = (db: PoolClient, productId: number, orderId: number): Promise<void> =>
  write(db, `product-${productId}`, { type: "product.sold_out", id: orderId, data: { productId } })

async function write(db: PoolClient, partition: string, { type, id, data }: Event): Promise<void> {
  const eventId = `${type.replaceAll(/[._]/g, "-")}-${partition}-${id}`
  await db.query(
    `INSERT INTO webhook_deliveries (webhook_id, event_id, type, partition_key, event, status)
     SELECT id, $1, $2, $3, $4, 'waiting' FROM webhooks WHERE $2 = ANY (events)`,
    [eventId, type, partition, JSON.stringify({ id: eventId, type, data })],
  )
}

export function addWebhook(url: string, events: unknown): Act {
  return async (db) => {
    const secret = `whsec_${randomBytes(32).toString("base64")}`
    await db.query("INSERT INTO webhooks (url, events, secret) VALUES ($1, $2, $3)", [url, events, secret])
    return { status: 201, body: { secret } }
  }
}

type Row = { id: string; event_id: string; event: string; url: string; secret: string }

/** Tells the oldest event of every user, again and again, until it is accepted; unless the defect says otherwise. */
export async function keepTelling(pool: Pool, defect: Defect): Promise<never> {
  for (;;) {
    await tellAll(pool, defect).catch(() => {})
    await sleep(defect === "delivers-in-any-order" ? DEFECT_DELAY_MS : LOOK_EVERY_MS)
  }
}

async function tellAll(pool: Pool, defect: Defect): Promise<void> {
  const chargesLast = defect === "delivers-in-any-order" ? "type = 'balance.credited'," : ""
  const { rows } = await pool.query<Row>(
    `SELECT DISTINCT ON (partition_key) d.id, event_id, event, url, secret
     FROM webhook_deliveries d JOIN webhooks w ON w.id = webhook_id ORDER BY partition_key, ${chargesLast} d.id`,
  )
  const forget = (row: Row) => pool.query("DELETE FROM webhook_deliveries WHERE id = $1", [row.id])
  if (defect === "delivers-at-most-once") {
    await Promise.all(rows.map(forget))
    await sleep(DEFECT_DELAY_MS)
  }
  const send = async (row: Row): Promise<void> => {
    const sent = await post(row, defect).catch(() => undefined)
    if (sent?.ok) await forget(row)
  }
  await Promise.all(rows.map(send))
}

function post({ event_id: id, event, url, secret }: Row, defect: Defect): Promise<Response> {
  const timestamp = String(Math.floor(Date.now() / 1_000))
  const key = Buffer.from(secret.slice("whsec_".length), "base64")
  const signed = defect === "signs-without-id" ? `${timestamp}.${event}` : `${id}.${timestamp}.${event}`
  const signature = createHmac("sha256", key).update(signed).digest("base64")
  return fetch(url, {
    method: "POST",
    body: event,
    headers: {
      "webhook-id": id,
      "webhook-timestamp": timestamp,
      "webhook-signature": `v1,${signature}`,
    },
  })
}
