import { stacked, timeseries } from "../panels.ts"
import { perSecond, prometheus, quantile } from "../promql.ts"
import type { Row } from "../row.ts"

const ACQUIRE = "saleproof_db_pool_acquire_seconds"

export function databaseRow(): Row {
  return {
    title: "Database",
    panels: [
      busy(),
      poolWaiting(),
      acquire(),
      sessions(),
      waits(),
      oldest(),
      transactions(),
      blocks(),
      writeAheadLog(),
    ],
  }
}

function busy() {
  return timeseries(
    {
      title: "Connections in use",
      shows:
        "Connections of each process's pools that somebody uses, the open ones, and the most there may be.",
      bad: "at the most for long; whoever comes next waits for a connection.",
      unit: "short",
      size: [8, 8],
    },
    prometheus("sum by (process, pool) (saleproof_db_pool_busy)", "{{process}} {{pool}} in use"),
    prometheus("sum by (process, pool) (saleproof_db_pool_connections)", "{{process}} {{pool}} open"),
    prometheus("sum by (process, pool) (saleproof_db_pool_max)", "{{process}} {{pool}} most"),
  ).min(0)
}

function poolWaiting() {
  return timeseries(
    {
      title: "Waiting for a connection",
      shows: "Callers that wait for a connection, by process and pool.",
      bad: "above 0 for long; the pool is too small for the load, or its connections wait for locks.",
      unit: "short",
      size: [8, 8],
    },
    prometheus("sum by (process, pool) (saleproof_db_pool_waiting)", "{{process}} {{pool}}"),
  ).min(0)
}

function acquire() {
  return timeseries(
    {
      title: "Wait for a connection, p95",
      shows:
        "How long callers waited for a connection, 95th percentile from histogram buckets; those who gave up count too.",
      bad: "above 10 ms; requests wait in front of the database, not in it. At 2 s callers give up and are refused.",
      unit: "s",
      size: [8, 8],
    },
    prometheus(quantile(0.95, ACQUIRE, "process", "pool"), "{{process}} {{pool}}"),
  ).min(0)
}

function sessions() {
  return stacked(
    timeseries(
      {
        title: "Sessions by state",
        shows:
          "PostgreSQL's sessions on the shop's database, by what they do. The worker looks every few seconds.",
        bad: "idle_in_transaction for long; somebody holds locks and does nothing. No line at all; there is no worker.",
        unit: "short",
        size: [8, 8],
      },
      prometheus("sum by (state) (saleproof_database_sessions)", "{{state}}"),
    ),
  )
}

function waits() {
  return stacked(
    timeseries(
      {
        title: "Sessions that wait, by what for",
        shows:
          "Active sessions that wait, by PostgreSQL's kind of wait: lock (a row that somebody else changes), lwlock (inside the server), io (the disk), ipc.",
        bad: "lock near the number of active ones, hot rows are the limit; io, the disk is.",
        unit: "short",
        size: [8, 8],
      },
      prometheus("sum by (wait) (saleproof_database_waiting_sessions)", "{{wait}}"),
    ),
  )
}

function oldest() {
  return timeseries(
    {
      title: "Oldest open transaction",
      shows: "How long the oldest open transaction has been open.",
      bad: "above a second; it holds its locks and keeps dead rows from being cleaned up.",
      unit: "s",
      size: [8, 8],
    },
    prometheus("max(saleproof_database_oldest_transaction_seconds)", "age"),
  ).min(0)
}

function transactions() {
  return timeseries(
    {
      title: "Transactions per second by outcome",
      shows:
        "What PostgreSQL committed and rolled back per second, single statements included; a deadlock is also a rollback.",
      bad: "rollbacks near the commits, work is thrown away; any deadlock, rows are locked in different orders.",
      unit: "ops",
      size: [8, 8],
    },
    prometheus(perSecond("saleproof_database_transactions_total", "outcome"), "{{outcome}}"),
  ).min(0)
}

function blocks() {
  return timeseries(
    {
      title: "Blocks read per second by source",
      shows:
        "Blocks of 8 KiB that statements asked for per second: found in PostgreSQL's cache, or asked from the system.",
      bad: "disk beyond a few percent of cache under a steady load; the shop does not fit into memory.",
      unit: "ops",
      size: [8, 8],
    },
    prometheus(perSecond("saleproof_database_blocks_total", "source"), "{{source}}"),
  ).min(0)
}

function writeAheadLog() {
  return timeseries(
    {
      title: "Write-ahead log per second",
      shows:
        "What PostgreSQL writes into its write-ahead log per second; every commit waits until its part is on the disk.",
      bad: "near what the disk can write; commits get slower whatever else is tuned.",
      unit: "Bps",
      size: [8, 8],
    },
    prometheus(perSecond("saleproof_database_wal_bytes_total"), "written"),
  ).min(0)
}
