import type { WaitingClaims } from "../coupons/waiting.ts"
import type { Db } from "../infra/db.ts"
import { addLiveGauge } from "../infra/metrics.ts"
import type { Metrics } from "../infra/metrics.ts"
import type { CouponQueue } from "../infra/queue.ts"

type WaitingDeps = { waiting: WaitingClaims; queue: CouponQueue; metrics: Metrics }

/**
 * The claims and jobs that wait, read when somebody asks. The API shows them too, since a worker that is not there
 * cannot say that work piles up.
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

/** How far the realtime ranking is behind, read from PostgreSQL. */
export function addOutboxGauge({ db, metrics }: { db: Db; metrics: Metrics }): void {
  addLiveGauge(metrics, {
    name: "saleproof_outbox_lag_seconds",
    help: "Age of the oldest order that the realtime ranking does not know yet",
    read: () => outboxLag(db),
  })
}

async function outboxLag(db: Db): Promise<number> {
  const [row] = await db.$queryRaw<{ lag: number }[]>`
    SELECT coalesce(extract(epoch FROM clock_timestamp() - min(created_at)), 0)::float8 AS lag FROM outbox_events`
  return row?.lag ?? 0
}
