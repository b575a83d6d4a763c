import { addLiveGauge } from "../infra/metrics.ts"
import type { Metrics } from "../infra/metrics.ts"
import type { OrderJob } from "./job.ts"

/** Sees the line of orders and every commit, a batch at a time so that a single order pays nothing for it. */
export type OrderWatch = {
  /** Learns where to read how many orders wait. */
  line: (queued: () => number) => void
  /** Runs the commit of these orders. */
  commit: <T>(jobs: readonly OrderJob[], run: () => Promise<T>) => Promise<T>
}

export const UNWATCHED: OrderWatch = { line: () => undefined, commit: (_jobs, run) => run() }

export function createOrderWatch(metrics: Metrics): OrderWatch {
  let committing = 0
  addLiveGauge(metrics, {
    name: "saleproof_orders_committing",
    help: "Orders in the transactions under way",
    read: () => committing,
  })
  return {
    line: (queued) =>
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
