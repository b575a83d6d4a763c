import { PROMPT_LIMIT_MS } from "../checks/downtime.ts"
import type { Database } from "../environment/database.ts"
import { redisCommand } from "../environment/redis-command.ts"
import type { Fault } from "./fault.ts"

const FOR_MS = 3_000
const EVERY_MS = 100

/** Of the shop, whose other clients stay. */
export const END_SESSIONS = `
  SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'saleproof-%'`

export const endDatabaseSessions = (database: Database) => database.use((db) => db.query(END_SESSIONS))

/** An operator, or a proxy in front, closes every connection; new ones are accepted. */
export const endSessions: Fault = {
  name: "end-sessions",
  title: "PostgreSQL and Redis end every session of the shop, ten times per second",
  promptLimitMs: PROMPT_LIMIT_MS,
  run: ({ environment, database, rounds, inject, wait }) =>
    rounds(3, () =>
      inject(async () => {
        const endsAt = Date.now() + FOR_MS
        while (Date.now() < endsAt) {
          await endDatabaseSessions(database)
          await redisCommand(environment.redisPort, "CLIENT KILL TYPE normal")
          await wait(EVERY_MS)
        }
        return Date.now()
      }),
    ),
}
