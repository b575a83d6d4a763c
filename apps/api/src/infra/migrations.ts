import { oneRow } from "./db.ts"
import type { Db } from "./db.ts"

/** The last of `prisma/migrations`, which the statements of this code rely on. */
export const NEWEST_MIGRATION = "20261127000000_must_hold"

/**
 * Whether the database says that it lacks the newest migration. One whose tables were made without Prisma's migrations,
 * or whose list of them the role may not read, says nothing.
 */
export async function lacksMigration(db: Db): Promise<boolean> {
  const { listed } = await oneRow<{ listed: boolean }>(db)`
    SELECT coalesce(has_table_privilege(to_regclass('public._prisma_migrations'), 'SELECT'), false) AS listed`
  if (!listed) return false
  const { lacks } = await oneRow<{ lacks: boolean }>(db)`
    SELECT NOT EXISTS (SELECT FROM public._prisma_migrations
                       WHERE migration_name = ${NEWEST_MIGRATION} AND finished_at IS NOT NULL) AS lacks`
  return lacks
}
