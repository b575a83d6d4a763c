import { pgArray, sql } from "../infra/db.ts"
import type { Statements } from "../infra/db.ts"
import type { OrderCommand, Product } from "./decide.ts"
import { purchaseKey } from "./sale-terms.ts"
import type { Purchases } from "./sale-terms.ts"

/** A product as an order needs it, with times in ms, for json_agg: what JSON makes of it fits a double exactly. */
export type ProductRow = Product & { id: number }
export const productColumns = sql`
  id, price, stock, extract(epoch FROM starts_at) * 1000 AS "startsAt", extract(epoch FROM ends_at) * 1000 AS "endsAt",
  max_per_user AS "maxPerUser", limit_period AS "limitPeriod", closed`

type Count = { userId: number; productId: number; units: number }

/**
 * What the users of these orders bought of products with a limit. Read after the users were locked, in a statement of
 * its own: a row that another transaction added meanwhile is seen. Without a limit it is no round trip.
 */
export async function readPurchases(
  tx: Statements,
  commands: readonly OrderCommand[],
  products: ReadonlyMap<number, Product>,
): Promise<Purchases> {
  const asked = commands.flatMap(({ userId, lines }) =>
    lines.flatMap(({ productId }) => {
      const product = products.get(productId)
      return product && product.maxPerUser !== null ? { userId, productId, period: product.limitPeriod } : []
    }),
  )
  if (asked.length === 0) return new Map()
  const counts = await tx.$queryRaw<Count[]>`
    SELECT user_id AS "userId", product_id AS "productId", units
    FROM unnest(${pgArray(asked.map(({ userId }) => userId))}::int[],
                ${pgArray(asked.map(({ productId }) => productId))}::int[],
                ${pgArray(asked.map(({ period }) => period))}::int[]) AS asked (user_id, product_id, limit_period)
    JOIN purchase_counts USING (user_id, product_id, limit_period)`
  return new Map(counts.map(({ userId, productId, units }) => [purchaseKey(userId, productId), units]))
}
