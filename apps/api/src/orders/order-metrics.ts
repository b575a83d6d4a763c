import { addLiveGauge } from "../infra/metrics.ts"
import type { Metrics } from "../infra/metrics.ts"
import type { OrderJob } from "./job.ts"

/** Measures the order queue and every commit, per batch so that a single order costs nothing extra. */
export type OrderMetrics = {
  /** Registers where to read how many orders wait. */
  queue: (queued: () => number) => void
  /** Runs the commit of these orders. */
  commit: <T>(jobs: readonly OrderJob[], run: () => Promise<T>) => Promise<T>
}

export const NO_ORDER_METRICS: OrderMetrics = { queue: () => undefined, commit: (_jobs, run) => run() }

export function createOrderMetrics(metrics: Metrics): OrderMetrics {
  let committing = 0
  addLiveGauge(metrics, {
    name: "saleproof_orders_committing",
    help: "Orders in the transactions in progress",
    read: () => committing,
  })
  return {
    queue: (queued) =>
      addLiveGauge(metrics, {
        name: "saleproof_orders_queued",
        help: "Orders that wait for a transaction",
        read: queued,
      }),
    async commit({ length }, run) {
      const since = performance.now()
      committing += length
      try {
        return await run()
      } finally {
        committing -= length
        metrics.commitSeconds.observe((performance.now() - since) / 1_000)
      }
    },
  }
}
