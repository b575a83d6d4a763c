import { lines, meanOf, perSecond, quantile } from "../promql.ts"
import type { Row } from "../row.ts"

const SIZE = "saleproof_order_batch_size"
const WAIT = "saleproof_order_wait_seconds"
const COMMIT = "saleproof_order_commit_seconds"

export const ordersRow: Row = {
  title: "Orders",
  panels: [
    lines({
      title: "Orders and commits per second",
      shows: "Orders decided per second, and the batches in which they were committed.",
      bad: "as many batches as orders under load; orders no longer share commits, and each waits for its own.",
      unit: "ops",
      queries: { orders: perSecond(`${SIZE}_sum`), batches: perSecond(`${SIZE}_count`) },
    }).min(0),
    lines({
      title: "Orders per batch",
      shows: "How many orders one commit carries: the mean, and the 95th percentile from histogram buckets.",
      bad: "near the largest batch for long; orders arrive faster than they are committed.",
      queries: { mean: meanOf(SIZE), p95: quantile(0.95, SIZE) },
    }).min(0),
    lines({
      title: "Orders waiting and being committed",
      shows: "Orders that wait for a transaction, and those in open transactions.",
      bad: "waiting grows and does not shrink again; orders arrive faster than they are committed, and are soon refused as OVERLOADED.",
      queries: {
        waiting: "sum(saleproof_orders_queued)",
        "being committed": "sum(saleproof_orders_committing)",
      },
    }).min(0),
    lines({
      title: "Wait for a batch",
      shows: "How long the first order of a batch waited for its turn, p50 and p95 from histogram buckets.",
      bad: "growing with the load; the database is the limit, and orders queue in front of it.",
      unit: "s",
      queries: { p50: quantile(0.5, WAIT), p95: quantile(0.95, WAIT) },
    }).min(0),
    lines({
      title: "Commit of a batch",
      shows:
        "How long the transaction of a batch took, its retries included, p50 and p95 from histogram buckets.",
      bad: "rising at the same batch size; the database is slower, by its disk, its locks or its CPU.",
      unit: "s",
      queries: { p50: quantile(0.5, COMMIT), p95: quantile(0.95, COMMIT) },
    }).min(0),
    lines({
      title: "Transactions repeated per second by SQLSTATE",
      shows:
        "Transactions that PostgreSQL refused and that were run again: 40001 serialization failure, 40P01 deadlock, 55P03 lock not free in time.",
      bad: "40P01, rows are locked in different orders somewhere; 55P03, a transaction holds rows for seconds.",
      unit: "ops",
      queries: { "{{sqlstate}}": perSecond("saleproof_transaction_retries_total", "sqlstate") },
    }).min(0),
  ],
}
