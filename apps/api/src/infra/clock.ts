import { oneRow, sql } from "./db.ts"
import type { Statements } from "./db.ts"

/** The present, as a dependency, so that tests can choose it. */
export type Clock = () => Date

export const systemClock: Clock = () => new Date()

/**
 * The time by which everything is decided: the database's, which all processes share. In whole ms since 1970, rounded
 * down, so that nothing is written later than it was decided.
 */
export const databaseMs = sql`floor(extract(epoch FROM clock_timestamp()) * 1000)::float8`

export async function databaseTime(db: Statements): Promise<Date> {
  const { at } = await oneRow<{ at: number }>(db)`SELECT ${databaseMs} AS at`
  return new Date(at)
}
