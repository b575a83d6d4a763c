import { mismatchAnswer } from "../idempotency/answer.ts"
import type { Answer } from "../idempotency/answer.ts"
import type { KeyedRequest } from "../idempotency/request.ts"
import { hidden, oneRow, sql, uuidArray } from "../infra/db.ts"
import type { Sql, Statements } from "../infra/db.ts"
import { placedAnswer } from "./answer.ts"
import type { OrderRow } from "./answer.ts"

/** The unique index of the keys; its violation says that another process was faster with the same key. */
export const ORDER_KEY_TAKEN = "orders_request_identity_key"

/** An order that was placed with a key, and the hash of that request. */
export type KeyedOrder = OrderRow & KeyedRequest
export type KnownOrders = ReadonlyMap<string, KeyedOrder>

/** The orders with these identities, an array of UUIDs as text. */
export const keyedOrders = (identities: string): Sql => sql`
  SELECT request_identity AS identity, request_hash AS hash, id, user_id AS "userId", coupon_id AS "couponId",
         subtotal, discount, total
  FROM orders WHERE request_identity = ANY (${hidden(identities)}::uuid[])`

export const known = (orders: readonly KeyedOrder[]): KnownOrders =>
  new Map(orders.map((order) => [order.identity, order]))

/** The orders that were placed with these keys. Money comes as JSON numbers, which hold it exactly. */
export async function findKnown(db: Statements, requests: readonly KeyedRequest[]): Promise<KnownOrders> {
  if (requests.length === 0) return new Map()
  const identities = uuidArray(requests.map(({ identity }) => identity))
  const { keyed } = await oneRow<{ keyed: KeyedOrder[] }>(db)`
    SELECT coalesce(json_agg(k), '[]') AS keyed FROM (${keyedOrders(identities)}) k`
  return known(keyed)
}

/** The answer that the first request got, made of its row again; or that the key belongs to another payload. */
export function repeatedAnswer(first: KeyedOrder, { hash }: KeyedRequest): Answer {
  return first.hash === hash ? placedAnswer(first) : mismatchAnswer()
}
