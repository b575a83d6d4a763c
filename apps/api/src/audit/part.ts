import { sql } from "../infra/db.ts"
import type { Sql } from "../infra/db.ts"

/**
 * Orders, ledger entries, cancellations and coupons by id, above `after` and up to `through`. What is not written again
 * is checked by parts.
 */
export type Part = { orders: Span; entries: Span; cancellations: Span; coupons: Span }
export type Span = { after: number; through: number }

/** An invariant of the shop. Its query answers one row with `violations`, which is 0 while the invariant holds. */
export type CheckText = { id: string; title: string; meaning: string }
/** `open` is what no sealed segment holds; what is sealed counts by its sums. */
export type Check = CheckText & { query: (open: Part) => Sql }

export const within = (column: Sql, { after, through }: Span) =>
  sql`${column} > ${after}::bigint AND ${column} <= ${through}::bigint`
