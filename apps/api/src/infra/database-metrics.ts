import { Counter, Gauge } from "prom-client"
import type { Clock } from "./clock.ts"
import type { Db } from "./db.ts"
import type { Metrics } from "./metrics.ts"

// Scrapes within this time share one reading.
const LOOK_AGAIN_MS = 2_000

type Sessions = "active" | "idle" | "inTransaction" | "oldest"
type Waits = "lock" | "lwlock" | "io" | "ipc" | "other"
type Totals = "commits" | "rollbacks" | "deadlocks" | "hit" | "read" | "wal"
type Look = Record<Sessions | Waits | Totals, number>

/**
 * What PostgreSQL reports of this database: its sessions, what those wait for, and its counters since its statistics
 * began. A session that waits for its client waits for nothing in the database.
 */
const look = (db: Db) => db.$queryRaw<Look[]>`
  SELECT sessions.*, totals.*, wal_bytes::float8 AS wal
  FROM pg_stat_wal, (
    SELECT xact_commit::float8 AS commits, xact_rollback::float8 AS rollbacks, deadlocks::float8,
      blks_hit::float8 AS hit, blks_read::float8 AS read
    FROM pg_stat_database WHERE datname = current_database()
  ) totals, (
    SELECT count(*) FILTER (WHERE active)::float8 AS active,
      count(*) FILTER (WHERE state = 'idle')::float8 AS idle,
      count(*) FILTER (WHERE state LIKE 'idle in transaction%')::float8 AS "inTransaction",
      count(*) FILTER (WHERE active AND wait = 'Lock')::float8 AS lock,
      count(*) FILTER (WHERE active AND wait = 'LWLock')::float8 AS lwlock,
      count(*) FILTER (WHERE active AND wait = 'IO')::float8 AS io,
      count(*) FILTER (WHERE active AND wait = 'IPC')::float8 AS ipc,
      count(*) FILTER (WHERE active AND wait NOT IN ('Lock', 'LWLock', 'IO', 'IPC', 'Client'))::float8 AS other,
      coalesce(extract(epoch FROM clock_timestamp() - min(xact_start)), 0)::float8 AS oldest
    FROM (
      SELECT state, state = 'active' AS active, wait_event_type AS wait, xact_start FROM pg_stat_activity
      WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()
    ) session
  ) sessions`

type Shown = {
  name: string
  help: string
  /** Empty for a metric of one series. */
  labelNames: string[]
  read: (look: Look) => Record<string, number>
}

const GAUGES: Shown[] = [
  {
    name: "saleproof_database_sessions",
    help: "Sessions of the database, by what they do",
    labelNames: ["state"],
    read: ({ active, idle, inTransaction }) => ({ active, idle, idle_in_transaction: inTransaction }),
  },
  {
    name: "saleproof_database_waiting_sessions",
    help: "Active sessions that wait, by the kind of what they wait for",
    labelNames: ["wait"],
    read: ({ lock, lwlock, io, ipc, other }) => ({ lock, lwlock, io, ipc, other }),
  },
  {
    name: "saleproof_database_oldest_transaction_seconds",
    help: "Age of the oldest open transaction",
    labelNames: [],
    read: ({ oldest }) => ({ oldest }),
  },
]

const COUNTERS: Shown[] = [
  {
    name: "saleproof_database_transactions_total",
    help: "Transactions that ended, by how; a deadlock is also a rollback",
    labelNames: ["outcome"],
    read: ({ commits, rollbacks, deadlocks }) => ({
      commit: commits,
      rollback: rollbacks,
      deadlock: deadlocks,
    }),
  },
  {
    name: "saleproof_database_blocks_total",
    help: "Blocks that statements asked for, by where they were found",
    labelNames: ["source"],
    read: ({ hit, read }) => ({ cache: hit, disk: read }),
  },
  {
    name: "saleproof_database_wal_bytes_total",
    help: "Bytes of write-ahead log, of the whole server",
    labelNames: [],
    read: ({ wal }) => ({ wal }),
  },
]

type Deps = { readDb: Db; metrics: Pick<Metrics, "registry">; clock: Clock }

/** The database's own metrics, for a process that is not busy with requests. While it is down they have no value. */
export function addDatabaseMetrics({ readDb, metrics: { registry }, clock }: Deps): void {
  const latest = createLatest(readDb, clock)
  const registers = [registry]
  for (const { read, ...shown } of GAUGES) {
    const gauge = new Gauge({
      ...shown,
      registers,
      async collect() {
        const seen = await latest(read)
        forget(gauge, shown)
        for (const [value, amount] of seen) gauge.labels(...labelsOf(shown, value)).set(amount)
      },
    })
  }
  for (const { read, ...shown } of COUNTERS) {
    const counter = new Counter({
      ...shown,
      registers,
      async collect() {
        const seen = await latest(read)
        forget(counter, shown)
        for (const [value, amount] of seen) counter.labels(...labelsOf(shown, value)).inc(amount)
      },
    })
  }
}

const labelsOf = ({ labelNames }: Pick<Shown, "labelNames">, value: string) => labelNames.map(() => value)

/** Leaves no stale value; a metric without labels would stay as 0. */
function forget(metric: Pick<Gauge, "reset" | "remove">, { labelNames }: Pick<Shown, "labelNames">): void {
  metric.reset()
  if (labelNames.length === 0) metric.remove()
}

/** One reading serves all metrics of a scrape, and of the next one within LOOK_AGAIN_MS. */
function createLatest(db: Db, clock: Clock) {
  let lookedAt = -Infinity
  let looking: Promise<Look | undefined> = Promise.resolve(undefined)
  return async (read: Shown["read"]): Promise<[string, number][]> => {
    const now = clock().getTime()
    if (now - lookedAt >= LOOK_AGAIN_MS) {
      lookedAt = now
      looking = look(db).then(
        ([row]) => row,
        () => undefined,
      )
    }
    const seen = await looking
    return seen ? Object.entries(read(seen)) : []
  }
}
