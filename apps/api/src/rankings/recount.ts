import type { Tx, Db } from "../infra/db.ts"
import { rankedDays, windowStart } from "./days.ts"
import type { RankedProduct } from "./schema.ts"

export type DaySales = { day: string; productId: number; quantity: number }

export type Recount = {
  sales: DaySales[]
  /** Events that these sales include and that the relay has not deleted yet. */
  eventIds: string[]
}

/** What the realtime ranking should hold, from the orders and the seeds, all in one snapshot. */
export async function recountSales(tx: Tx, now: Date): Promise<Recount> {
  const days = rankedDays(now)
  const [row] = await tx.$queryRaw<{ sales: DaySales[]; eventIds: string[] }[]>`
    WITH sold AS (
      SELECT to_char(created_at AT TIME ZONE 'UTC', 'YYYY-MM-DD') AS day, product_id, sum(quantity) AS quantity
      FROM orders JOIN order_lines ON order_id = orders.id
      WHERE created_at >= ${windowStart(now)} GROUP BY 1, 2
      UNION ALL
      SELECT to_char(day, 'YYYY-MM-DD'), product_id, quantity FROM ranking_seeds
      WHERE to_char(day, 'YYYY-MM-DD') = ANY (${days}::text[])
    ), summed AS (SELECT day, product_id, sum(quantity)::float8 AS quantity FROM sold GROUP BY 1, 2)
    SELECT
      (SELECT coalesce(jsonb_agg(jsonb_build_object('day', day, 'productId', product_id, 'quantity', quantity)), '[]')
       FROM summed) AS sales,
      (SELECT coalesce(jsonb_agg(id::text), '[]') FROM outbox_events) AS "eventIds"`
  return row ?? { sales: [], eventIds: [] }
}

/** Best sellers of the last 3 days, counted from the orders alone. */
export function topFromOrders(
  db: Db,
  { now, limit }: { now: Date; limit: number },
): Promise<RankedProduct[]> {
  return db.$queryRaw<RankedProduct[]>`
    SELECT product_id AS "productId", name, "soldQty"
    FROM (
      SELECT product_id, sum(quantity)::float8 AS "soldQty" FROM orders JOIN order_lines ON order_id = orders.id
      WHERE created_at >= ${windowStart(now)} GROUP BY product_id
    ) sold JOIN products ON products.id = product_id
    ORDER BY "soldQty" DESC, product_id LIMIT ${limit}`
}
