import { PROMPT_LIMIT_MS } from "../checks/downtime.ts"
import type { Fault } from "./fault.ts"
import { endDatabaseSessions } from "./sessions.ts"

const SETTINGS = {
  timezone: "'Asia/Kathmandu'",
  datestyle: "'German'",
  default_transaction_isolation: "'serializable'",
  synchronous_commit: "off",
}

/** What sessions begin with has changed; a crash shows whether commits are waited for. */
export const databaseSettings: Fault = {
  name: "database-settings",
  title: "the database gets other settings, which all sessions begin with, and is killed",
  promptLimitMs: PROMPT_LIMIT_MS,
  async run({ environment, database, rounds, inject, hold }) {
    const alter = (change: string) =>
      database.use(async (db) => {
        const { rows } = await db.query<{ name: string }>("SELECT current_database() AS name")
        await db.query(`ALTER DATABASE "${rows[0]?.name}" ${change}`)
      })
    for (const [name, value] of Object.entries(SETTINGS)) await alter(`SET ${name} = ${value}`)
    await inject(async () => {
      await endDatabaseSessions(database)
      return Date.now()
    })
    await hold(2_000)
    await rounds(5, () => inject(() => environment.database.crash()))
    await alter("RESET ALL")
  },
}
