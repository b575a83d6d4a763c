import { oneRow } from "./db.ts"
import type { Db } from "./db.ts"

/** The last of `prisma/migrations`, which the statements of this code rely on. */
export const NEWEST_MIGRATION = "20261127000000_must_hold"

/** Why a database cannot hold the shop, and what to do; undefined when it can. */
export async function databaseMisfit(db: Db): Promise<string | undefined> {
  const { encoding } = await oneRow<{ encoding: string }>(
    db,
  )`SELECT current_setting('server_encoding') AS encoding`
  if (encoding !== "UTF8") {
    return `The database has the encoding ${encoding}, which lacks letters of names: make one with ENCODING 'UTF8'`
  }
  if (await lacksMigration(db)) {
    return `PostgreSQL lacks the migration ${NEWEST_MIGRATION}; run: npx prisma migrate deploy`
  }
  return undefined
}

/** One whose tables were made without Prisma's migrations, or whose list of them the role may not read, says nothing. */
async function lacksMigration(db: Db): Promise<boolean> {
  const { listed } = await oneRow<{ listed: boolean }>(db)`
    SELECT coalesce(has_table_privilege(to_regclass('public._prisma_migrations'), 'SELECT'), false) AS listed`
  if (!listed) return false
  const { lacks } = await oneRow<{ lacks: boolean }>(db)`
    SELECT NOT EXISTS (SELECT FROM public._prisma_migrations
                       WHERE migration_name = ${NEWEST_MIGRATION} AND finished_at IS NOT NULL) AS lacks`
  return lacks
}
