import { lines, perSecond, quantile } from "../promql.ts"
import type { Row } from "../row.ts"

const ACQUIRE = "saleproof_db_pool_acquire_seconds"

export const databaseRow: Row = {
  title: "Database",
  panels: [
    lines({
      title: "Connections in use",
      shows: "Connections of each process's pools: those in use, the open ones, and the most there may be.",
      bad: "at the most for long; the next request waits for a connection.",
      queries: {
        "{{process}} {{pool}} in use": "sum by (process, pool) (saleproof_db_pool_busy)",
        "{{process}} {{pool}} open": "sum by (process, pool) (saleproof_db_pool_connections)",
        "{{process}} {{pool}} most": "sum by (process, pool) (saleproof_db_pool_max)",
      },
    }).min(0),
    lines({
      title: "Waiting for a connection",
      shows: "Callers that wait for a connection, by process and pool.",
      bad: "above 0 for long; the pool is too small for the load, or its connections wait for locks.",
      queries: { "{{process}} {{pool}}": "sum by (process, pool) (saleproof_db_pool_waiting)" },
    }).min(0),
    lines({
      title: "Wait for a connection, p95",
      shows:
        "How long callers waited for a connection, 95th percentile from histogram buckets; those who gave up count too.",
      bad: "above 10 ms; requests wait in front of the database, not in it. At 2 s callers give up and are refused.",
      unit: "s",
      queries: { "{{process}} {{pool}}": quantile(0.95, ACQUIRE, "process", "pool") },
    }).min(0),
    lines({
      title: "Sessions by state",
      shows:
        "PostgreSQL's sessions on the shop's database, by what they do. The worker looks every few seconds.",
      bad: "idle_in_transaction for long; a client holds locks and does nothing. No line at all; there is no worker.",
      queries: { "{{state}}": "sum by (state) (saleproof_database_sessions)" },
      stacked: true,
    }),
    lines({
      title: "Sessions that wait, by what for",
      shows:
        "Active sessions that wait, by PostgreSQL's kind of wait: lock (a row that another transaction changes), lwlock (inside the server), io (the disk), ipc.",
      bad: "lock near the number of active ones, hot rows are the limit; io, the disk is.",
      queries: { "{{wait}}": "sum by (wait) (saleproof_database_waiting_sessions)" },
      stacked: true,
    }),
    lines({
      title: "Oldest open transaction",
      shows: "How long the oldest open transaction has been open.",
      bad: "above a second; it holds its locks and keeps dead rows from being cleaned up.",
      unit: "s",
      queries: { age: "max(saleproof_database_oldest_transaction_seconds)" },
    }).min(0),
    lines({
      title: "Transactions per second by outcome",
      shows:
        "What PostgreSQL committed and rolled back per second, single statements included; a deadlock is also a rollback.",
      bad: "rollbacks near the commits, work is thrown away; any deadlock, rows are locked in different orders.",
      unit: "ops",
      queries: { "{{outcome}}": perSecond("saleproof_database_transactions_total", "outcome") },
    }).min(0),
    lines({
      title: "Blocks read per second by source",
      shows:
        "Blocks of 8 KiB that statements asked for per second: found in PostgreSQL's cache, or asked from the system.",
      bad: "disk beyond a few percent of cache under a steady load; the shop does not fit into memory.",
      unit: "ops",
      queries: { "{{source}}": perSecond("saleproof_database_blocks_total", "source") },
    }).min(0),
    lines({
      title: "Write-ahead log per second",
      shows:
        "What PostgreSQL writes into its write-ahead log per second; every commit waits until its part is on the disk.",
      bad: "near what the disk can write; commits get slower whatever else is tuned.",
      unit: "Bps",
      queries: { written: perSecond("saleproof_database_wal_bytes_total") },
    }).min(0),
  ],
}
