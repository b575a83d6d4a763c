import { timeseries } from "../panels.ts"
import { meanOf, perSecond, prometheus, quantile } from "../promql.ts"
import type { Row } from "../row.ts"

const SIZE = "saleproof_order_batch_size"
const WAIT = "saleproof_order_wait_seconds"

export function ordersRow(): Row {
  return { title: "Orders", panels: [throughput(), size(), wait()] }
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
