import { createCachedRead } from "../infra/cached-read.ts"
import type { Clock } from "../infra/clock.ts"
import type { Db } from "../infra/db.ts"
import { dateArray, rankedDays } from "./days.ts"
import { MAX_RANKED } from "./schema.ts"
import type { RankedProduct } from "./schema.ts"

/** A hundred callers then cost the database ten reads per second. */
const FRESH_MS = 100
/** A read takes a moment with thousands of products, and hundreds of callers would wait for it ten times per second. */
const MAX_AGE_MS = 300

/** Best sellers of the ranked days by the sums and what still waits in the outbox; at most 300 ms old. */
export function createTop({ db, clock }: { db: Db; clock: Clock }) {
  const read = createCachedRead({
    read: () => readTop(db, rankedDays(clock())),
    freshMs: FRESH_MS,
    maxAgeMs: MAX_AGE_MS,
  })
  return async (limit: number): Promise<RankedProduct[]> => (await read()).slice(0, limit)
}

/** One statement, so that an event is seen either in the outbox or in the sums. */
const readTop = (db: Db, days: readonly string[]): Promise<RankedProduct[]> =>
  db.$queryRaw<RankedProduct[]>`
    SELECT product_id AS "productId", name, "soldQty"
    FROM (
      SELECT product_id, sum(quantity)::float8 AS "soldQty"
      FROM (
        SELECT product_id, quantity FROM product_sales WHERE day = ANY (${dateArray(days)}::date[])
        UNION ALL
        SELECT sold.key::int, sold.value::bigint FROM outbox_events, jsonb_each_text(payload -> 'sold') sold
        WHERE topic IN ('order.placed', 'order.cancelled') AND payload ->> 'day' = ANY (${dateArray(days)}::text[])
      ) sales GROUP BY product_id
    ) sums JOIN products ON products.id = product_id
    WHERE "soldQty" > 0
    ORDER BY "soldQty" DESC, product_id LIMIT ${MAX_RANKED}`
