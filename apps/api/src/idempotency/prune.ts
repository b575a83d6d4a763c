import type { Db } from "../infra/db.ts"

const CHUNK = 5_000

/** Forgets answers that were kept for over 24 hours, in bounded deletes; returns how many those were. */
export async function pruneAnswers(db: Db, { chunk = CHUNK } = {}): Promise<number> {
  let pruned = 0
  for (let more = true; more;) {
    const deleted = await db.$executeRaw`
      DELETE FROM idempotency_keys WHERE (operation, key) IN (
        SELECT operation, key FROM idempotency_keys WHERE created_at < now() - interval '24 hours'
        LIMIT ${chunk} FOR UPDATE SKIP LOCKED)`
    pruned += deleted
    more = deleted === chunk
  }
  return pruned
}
