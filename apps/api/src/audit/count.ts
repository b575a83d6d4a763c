import { oneRow } from "../infra/db.ts"
import type { Db, Tx } from "../infra/db.ts"
import { CHECKS, ROW_CHECKS } from "./checks.ts"
import type { Check, Part } from "./part.ts"

/** What one statement of an audit may take; on connections of its own, so that no request waits for it. */
const STATEMENT_MS = 60_000
const TRANSACTION_MS = 120_000

/** Runs `work` in one snapshot, with the audit's own limits. */
export function inSnapshot<T>(db: Db, work: (tx: Tx) => Promise<T>): Promise<T> {
  return db.$transaction(
    async (tx) => {
      // The first table that POST /init empties, locked before there is a snapshot: one from before that ended would find
      // its shop with tables that are empty already.
      await tx.$executeRaw`LOCK TABLE product_sales IN ACCESS SHARE MODE`
      // A lock or a full table would be waited for by POST /init.
      await limitStatements(tx, STATEMENT_MS)
      // One core is enough: the others are for requests. What is sorted or hashed is a segment, which fits in memory.
      // A plan for any part, which PostgreSQL keeps after five of them, joins row by row for minutes.
      await tx.$executeRaw`
        SELECT set_config('max_parallel_workers_per_gather', '0', true), set_config('work_mem', '32MB', true),
               set_config('plan_cache_mode', 'force_custom_plan', true)`
      return work(tx)
    },
    { isolationLevel: "RepeatableRead", timeout: TRANSACTION_MS },
  )
}

/** The limit of the statements that follow in this transaction, in ms. */
export async function limitStatements(tx: Tx, ms: number): Promise<void> {
  await tx.$executeRaw`SELECT set_config('statement_timeout', ${String(Math.max(1, Math.ceil(ms)))}, true)`
}

export async function countViolations(tx: Tx, { query }: Check, part: Part): Promise<number> {
  const { violations } = await oneRow<{ violations: number }>(tx)`
    SELECT violations::float8 FROM (${query(part)}) counted`
  return violations
}

export const rowChecks = (): Check[] => CHECKS.filter(({ id }) => ROW_CHECKS.some((own) => own === id))
