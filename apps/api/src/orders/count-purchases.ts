import { pgArray, sql } from "../infra/db.ts"
import type { Sql } from "../infra/db.ts"
import type { Limit } from "./sale-terms.ts"

export type LimitedLine = { userId: number; productId: number; quantity: number; limit: Limit }

/** Counts units for the limits of their products, where the limits allow it; a row for each user and product. */
export const countPurchases = (lines: readonly LimitedLine[]): Sql => sql`
  INSERT INTO purchase_counts AS c (user_id, product_id, limit_period, units, max_units)
  SELECT user_id, product_id, limit_period, sum(quantity), max(max_units) FROM unnest(
    ${column(lines, ({ userId }) => userId)}::int[],
    ${column(lines, ({ productId }) => productId)}::int[],
    ${column(lines, ({ limit }) => limit.period)}::int[],
    ${column(lines, ({ quantity }) => quantity)}::int[],
    ${column(lines, ({ limit }) => limit.maxUnits)}::int[]
  ) AS t (user_id, product_id, limit_period, quantity, max_units)
  GROUP BY user_id, product_id, limit_period ORDER BY user_id, product_id
  ON CONFLICT (user_id, product_id, limit_period)
  DO UPDATE SET units = c.units + excluded.units, max_units = excluded.max_units
  WHERE c.units + excluded.units <= excluded.max_units
  RETURNING 1`

/** Lines of products that have a limit. */
export const limitedOf = <Line extends { limit: Limit | null }>(lines: readonly Line[]) =>
  lines.filter((line): line is Line & { limit: Limit } => line.limit !== null)

const column = (lines: readonly LimitedLine[], value: (line: LimitedLine) => number) =>
  pgArray(lines.map(value))
