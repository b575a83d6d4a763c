import { RefusalError } from "../errors.ts"
import { sqlState } from "../infra/db-errors.ts"
import { oneRow } from "../infra/db.ts"
import type { Db } from "../infra/db.ts"

const ASK_AGAIN_S = 10
const QUERY_CANCELLED = "57014"

type Budget = { db: Db; budgetMs: number }

/**
 * Runs what limits its statements to `budgetMs`.
 * @throws UNAVAILABLE when that was not enough: it says how far sealing is, as what is not sealed makes an audit long
 */
export async function withinBudget<T>({ db, budgetMs }: Budget, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (cause) {
    if (sqlState(cause) !== QUERY_CANCELLED) throw cause
    const detail = `The audit takes longer than ${budgetMs / 1_000} s: ${await sealedSoFar(db)}`
    throw new RefusalError("UNAVAILABLE", detail, { cause, retryAfterSeconds: ASK_AGAIN_S })
  }
}

async function sealedSoFar(db: Db): Promise<string> {
  const row = await oneRow<{ sealed: number; orders: number }>(db)`
    SELECT (SELECT coalesce(max(through_order), 0) FROM audit_segments)::float8 AS sealed,
           (SELECT coalesce(max(id), 0) FROM orders)::float8 AS orders`
  const left = `the worker has sealed the orders up to ${row.sealed} of ${row.orders}`
  return `${left}, and what is not sealed is counted row by row`
}
