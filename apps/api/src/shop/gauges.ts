import type { WaitingClaims } from "../coupons/waiting.ts"
import { addLiveGauge } from "../infra/metrics.ts"
import type { Metrics } from "../infra/metrics.ts"
import type { CouponQueue } from "../infra/queue.ts"

type WaitingDeps = { waiting: WaitingClaims; queue: CouponQueue; metrics: Metrics }

/**
 * The claims and jobs that wait, read when they are scraped. The API exposes them too, since a worker that is
 * down cannot report its backlog.
 */
export function addWaitingGauges({ waiting, queue, metrics }: WaitingDeps): void {
  addLiveGauge(metrics, {
    name: "saleproof_pending_claims",
    help: "Accepted claims that are not coupons yet",
    read: waiting.count,
  })
  addLiveGauge(metrics, {
    name: "saleproof_pending_claims_age_seconds",
    help: "Age of the oldest accepted claim that is not a coupon yet",
    read: async () => ((await waiting.oldestAgeMs()) ?? 0) / 1_000,
  })
  addLiveGauge(metrics, {
    name: "saleproof_queue_jobs",
    help: "BullMQ jobs that wait or run",
    read: queue.depth,
  })
  addLiveGauge(metrics, {
    name: "saleproof_queue_lag_seconds",
    help: "Age of the oldest BullMQ job that no worker has begun",
    read: async () => (await queue.lag()) / 1_000,
  })
}
