import assert from "node:assert/strict"
import { pgArray, sql } from "../infra/db.ts"
import type { Sql, Statements } from "../infra/db.ts"
import type { ShopEvent } from "./cloud-event.ts"
import { idsOf, soldOutOf } from "./entries.ts"
import type { OutboxRow } from "./entries.ts"
import type { EventType } from "./types.ts"

type Row = { id: number; userId: number; time: Date; data: object }
type UserEvent = Exclude<EventType, "product.sold_out">

/** Where the rows of a type are, and what their event says. An order's id is what names its cancellation as well. */
const SOURCES: Record<UserEvent, { subject: string; query: (ids: string) => Sql }> = {
  "order.placed": { subject: "orders", query: (ids) => orders(ids, sql`created_at`, sql`'{}'::jsonb`) },
  "order.cancelled": {
    subject: "orders",
    query: (ids) =>
      orders(ids, sql`cancelled_at`, sql`jsonb_build_object('refunded', total, 'reason', cancel_reason)`),
  },
  "coupon.granted": {
    subject: "coupons",
    query: (ids) => sql`
      SELECT id::float8, user_id AS "userId", issued_at AS time, json_build_object(
        'couponId', id, 'userId', user_id, 'policyId', policy_id, 'discount', discount_amount,
        'discountRate', discount_rate_bp / 10000.0::float8, 'issuedAt', ${iso(sql`issued_at`)},
        'expiresAt', ${iso(sql`expires_at`)}) AS data
      FROM coupons WHERE id = ANY (${ids}::int[])`,
  },
  "balance.credited": {
    subject: "ledger-entries",
    query: (ids) => sql`
      SELECT id::float8, user_id AS "userId", created_at AS time, json_build_object(
        'entryId', id, 'userId', user_id, 'amount', amount, 'balance', balance_after) AS data
      FROM ledger_entries WHERE id = ANY (${ids}::bigint[])`,
  },
}

const iso = (column: Sql) => sql`to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`

const orders = (ids: string, time: Sql, more: Sql) => sql`
  SELECT id::float8, user_id AS "userId", ${time} AS time, jsonb_build_object(
    'orderId', id, 'userId', user_id, 'couponId', coupon_id, 'subtotal', subtotal, 'discount', discount,
    'totalAmount', total, 'items', (
      SELECT jsonb_agg(jsonb_build_object('productId', product_id, 'quantity', quantity, 'price', unit_price)
                       ORDER BY product_id)
      FROM order_lines WHERE order_id = orders.id)) || ${more} AS data
  FROM orders WHERE id = ANY (${ids}::bigint[])`

/**
 * The events of these outbox entries that are of a wanted type, in the order in which they happened to a user: entries
 * are numbered while the user's row is locked, and the rows of an entry are in the order of their ids.
 */
export async function readEvents(
  tx: Statements,
  rows: readonly OutboxRow[],
  wanted: ReadonlySet<string>,
): Promise<ShopEvent[]> {
  const inOrder = rows.toSorted((a, b) => Number(a.id) - Number(b.id))
  const byTopic = new Map<string, Map<number, Row>>()
  for (const [topic, own] of Map.groupBy(inOrder, (row) => row.topic)) {
    if (isUserEvent(topic) && wanted.has(topic)) byTopic.set(topic, await readRows(tx, topic, own))
  }
  return inOrder.flatMap((entry) => [
    ...userEvents(entry, byTopic.get(entry.topic)),
    ...(wanted.has("product.sold_out") ? soldOutOf(entry).map((id) => soldOut(entry, id)) : []),
  ])
}

const isUserEvent = (topic: string): topic is UserEvent => topic in SOURCES

async function readRows(
  tx: Statements,
  topic: UserEvent,
  entries: readonly OutboxRow[],
): Promise<Map<number, Row>> {
  const ids = pgArray(entries.flatMap(idsOf))
  const rows = await tx.$queryRaw<Row[]>`${SOURCES[topic].query(ids)}`
  return new Map(rows.map((row) => [row.id, row]))
}

function userEvents(entry: OutboxRow, rows: ReadonlyMap<number, Row> | undefined): ShopEvent[] {
  const type = entry.topic
  if (!rows || !isUserEvent(type)) return []
  return idsOf(entry).map((id) => {
    const row = rows.get(id)
    assert(row, "the outbox names rows that are committed with it")
    const { subject } = SOURCES[type]
    const { time, data } = row
    const partitionKey = `user-${row.userId}`
    return { id: eventId(type, id), type, subject: `${subject}/${id}`, partitionKey, time, data }
  })
}

/** A product can sell out again after a restock, so the entry is part of the id. */
const soldOut = (entry: OutboxRow, productId: number): ShopEvent => ({
  id: eventId("product.sold_out", `${productId}-${entry.id}`),
  type: "product.sold_out",
  subject: `products/${productId}`,
  partitionKey: `product-${productId}`,
  time: entry.createdAt,
  data: { productId },
})

/** Without a dot, which separates the parts of what is signed. */
const eventId = (type: EventType, id: number | string) => `${type.replaceAll(/[._]/g, "-")}-${id}`
