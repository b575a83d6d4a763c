import { setTimeout as sleep } from "node:timers/promises"

import type { Http } from "../client/http.ts"
import type { History } from "../checks/database-state.ts"
import type { Journal } from "../client/journal.ts"
import type { Database } from "../environment/database.ts"

const POLL_MS = 100
const READY_WITHIN_MS = 30_000
const QUIET_WITHIN_MS = 10_000

const OPEN_TRANSACTIONS = `
  SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in transaction%' AND datname = current_database()`

type Waiting = { signal: AbortSignal }

/** Polls until the condition holds; false when the time ran out first. */
export async function eventually(
  condition: () => Promise<boolean>,
  { withinMs, signal }: Waiting & { withinMs: number },
): Promise<boolean> {
  const givesUpAt = Date.now() + withinMs
  while (!(await condition())) {
    if (Date.now() > givesUpAt) return false
    await sleep(POLL_MS, undefined, { signal })
  }
  return true
}

/** Waits until the shop says that it is ready. */
export function untilReady({ http, signal }: Waiting & { http: Pick<Http, "send"> }): Promise<boolean> {
  const isReady = async () => {
    const answer = await http.send({ method: "GET", path: "/readyz" })
    return "status" in answer && answer.status === 200
  }
  return eventually(isReady, { withinMs: READY_WITHIN_MS, signal })
}

type Grants = Waiting & { database: Database; journal: Journal; withinMs: number; history: History }

/** Waits until there is a coupon for every acknowledged claim; answers how long that took, in ms. */
export async function untilGranted({
  database,
  journal,
  withinMs,
  history,
  signal,
}: Grants): Promise<number> {
  const startedAt = Date.now()
  const claims = journal.of("claim").filter(({ outcome }) => outcome === "acknowledged").length
  const granted = async () => {
    const { rows } = await database.use((db) =>
      db.query<{ count: string }>("SELECT count(*) FROM coupons WHERE id > $1", [history.coupon]),
    )
    return Number(rows[0]?.count) >= claims
  }
  await eventually(granted, { withinMs, signal })
  return Date.now() - startedAt
}

/** Waits until no transaction of the shop is open; answers how many stayed. */
export async function untilQuiet({ database, signal }: Waiting & { database: Database }): Promise<number> {
  let open = 0
  const quiet = async () => {
    const { rows } = await database.use((db) => db.query<{ count: string }>(OPEN_TRANSACTIONS))
    open = Number(rows[0]?.count)
    return open === 0
  }
  await eventually(quiet, { withinMs: QUIET_WITHIN_MS, signal })
  return open
}

/** How many deadlocks PostgreSQL broke since its statistics began; a crash makes it forget. */
export function countDeadlocks({ database }: { database: Database }): Promise<number> {
  return database.use(async (db) => {
    const { rows } = await db.query<{ deadlocks: string }>(
      "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()",
    )
    return Number(rows[0]?.deadlocks)
  })
}
