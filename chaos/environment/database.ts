import { Client } from "pg"

export type Use = <T>(work: (db: Client) => Promise<T>) => Promise<T>

/** A connection past every proxy for as long as the work takes; the database may be killed in between. */
export function createDatabase(url: () => string): { use: Use } {
  return {
    async use(work) {
      const db = new Client({ connectionString: url(), connectionTimeoutMillis: 5_000 })
      db.on("error", () => {})
      await db.connect()
      try {
        return await work(db)
      } finally {
        await db.end()
      }
    },
  }
}

export type Database = ReturnType<typeof createDatabase>
