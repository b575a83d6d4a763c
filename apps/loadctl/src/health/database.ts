import { readProcessTicks } from "../machine/cpu.ts"
import type { HealthSample } from "./model.ts"

type Session = {
  pid: number
  state: string | null
  waitType: string | null
  wait: string | null
  client: boolean
}

export type DatabaseLook = { values: HealthSample["values"]; waits: string[]; ticks: Map<number, number> }

export type DatabaseWatch = AsyncDisposable & { look: () => Promise<DatabaseLook> }

const TIMEOUT_MS = 2_000
const DISK = new Set(["IO", "WALWrite", "WALSync"])

const SESSIONS = `SELECT pid, state, wait_event_type AS "waitType", wait_event AS "wait",
  backend_type = 'client backend' AS "client" FROM pg_stat_activity WHERE pid <> pg_backend_pid()`

/**
 * Looks at PostgreSQL's sessions over one connection of its own. Rejects when nothing answers at the URL, and where the
 * project has no package `pg`, which loadctl does not bring.
 */
export async function watchDatabase(url: string): Promise<DatabaseWatch> {
  const { Client } = await import("pg")
  const client = new Client({
    connectionString: url,
    application_name: "loadctl",
    connectionTimeoutMillis: TIMEOUT_MS,
    query_timeout: TIMEOUT_MS,
  })
  // A database that goes down during the run is not our end; the next look says so.
  client.on("error", () => {})
  await client.connect()
  const local = ["127.0.0.1", "localhost", "[::1]"].includes(new URL(url).hostname)
  return {
    look: async () => {
      const { rows } = await client.query<Session>(SESSIONS)
      return { ...summarize(rows), ticks: local ? ticksOf(rows) : new Map<number, number>() }
    },
    [Symbol.asyncDispose]: () => client.end().catch(() => {}),
  }
}

/** What the sessions do at this moment. A session that waits for its client does nothing here. */
export function summarize(sessions: readonly Session[]): Omit<DatabaseLook, "ticks"> {
  const active = sessions.filter(({ client, state }) => client && state === "active")
  const waiting = active.filter(({ waitType }) => waitType !== null && waitType !== "Client")
  const onDisk = waiting.filter(({ waitType, wait }) => DISK.has(waitType ?? "") || DISK.has(wait ?? ""))
  return {
    values: {
      "database.active": active.length,
      "database.idleInTransaction": sessions.filter(({ state }) => state === "idle in transaction").length,
      "database.locks": waiting.filter(({ waitType }) => waitType === "Lock").length,
      "database.io": onDisk.length,
    },
    waits: waiting.map(({ waitType, wait }) => `${waitType}: ${wait}`),
  }
}

function ticksOf(sessions: readonly Session[]): Map<number, number> {
  return new Map(
    sessions.flatMap(({ pid }) => {
      const ticks = readProcessTicks(pid)
      return ticks === null ? [] : [[pid, ticks] as const]
    }),
  )
}
