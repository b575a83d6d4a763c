import { timeseries } from "../panels.ts"
import { meanOf, perSecond, prometheus, quantile } from "../promql.ts"
import type { Row } from "../row.ts"

const SIZE = "saleproof_order_batch_size"
const WAIT = "saleproof_order_wait_seconds"
const COMMIT = "saleproof_order_commit_seconds"

export function ordersRow(): Row {
  return { title: "Orders", panels: [throughput(), size(), waiting(), wait(), commit(), retries()] }
}

function throughput() {
  return timeseries(
    {
      title: "Orders and commits per second",
      shows: "Orders decided per second, and the batches in which they were committed.",
      bad: "as many batches as orders under load; orders no longer travel together, and each pays for its own commit.",
      unit: "ops",
      size: [8, 8],
    },
    prometheus(perSecond(`${SIZE}_sum`), "orders"),
    prometheus(perSecond(`${SIZE}_count`), "batches"),
  ).min(0)
}

function size() {
  return timeseries(
    {
      title: "Orders per batch",
      shows: "How many orders one commit carries: the mean, and the 95th percentile from histogram buckets.",
      bad: "near the largest batch for long; orders arrive faster than they are committed.",
      unit: "short",
      size: [8, 8],
    },
    prometheus(meanOf(SIZE), "mean"),
    prometheus(quantile(0.95, SIZE), "p95"),
  ).min(0)
}

function wait() {
  return timeseries(
    {
      title: "Wait for a batch",
      shows: "How long the first order of a batch waited for its turn, p50 and p95 from histogram buckets.",
      bad: "growing with the load; the database is the limit, and orders queue in front of it.",
      unit: "s",
      size: [8, 8],
    },
    prometheus(quantile(0.5, WAIT), "p50"),
    prometheus(quantile(0.95, WAIT), "p95"),
  ).min(0)
}

function waiting() {
  return timeseries(
    {
      title: "Orders waiting and being committed",
      shows: "Orders that wait for a transaction, and those in open transactions.",
      bad: "waiting grows and does not come back; orders arrive faster than they are committed, and are soon refused as OVERLOADED.",
      unit: "short",
      size: [8, 8],
    },
    prometheus("sum(saleproof_orders_queued)", "waiting"),
    prometheus("sum(saleproof_orders_committing)", "being committed"),
  ).min(0)
}

function commit() {
  return timeseries(
    {
      title: "Commit of a batch",
      shows:
        "How long the transaction of a batch took, its retries included, p50 and p95 from histogram buckets.",
      bad: "rising at the same batch size; the database is slower, by its disk, its locks or its CPU.",
      unit: "s",
      size: [8, 8],
    },
    prometheus(quantile(0.5, COMMIT), "p50"),
    prometheus(quantile(0.95, COMMIT), "p95"),
  ).min(0)
}

function retries() {
  return timeseries(
    {
      title: "Transactions repeated per second by SQLSTATE",
      shows:
        "Transactions that PostgreSQL refused and that were run again: 40001 serialization failure, 40P01 deadlock, 55P03 lock not free in time.",
      bad: "40P01, rows are locked in different orders somewhere; 55P03, somebody holds rows for seconds.",
      unit: "ops",
      size: [8, 8],
    },
    prometheus(perSecond("saleproof_transaction_retries_total", "sqlstate"), "{{sqlstate}}"),
  ).min(0)
}
