import type { Pending } from "../coupons/pending.ts"
import type { Db } from "../infra/db.ts"
import { addLiveGauge } from "../infra/metrics.ts"
import type { Metrics } from "../infra/metrics.ts"
import type { CouponQueue } from "../infra/queue.ts"
import { shopEpoch } from "./epoch.ts"

type GaugeDeps = { db: Db; pending: Pending; queue: CouponQueue; metrics: Metrics }

/** What waits behind the requests, read when somebody asks. */
export function addShopGauges({ db, pending, queue, metrics }: GaugeDeps): void {
  addLiveGauge(metrics, {
    name: "saleproof_pending_claims",
    help: "Accepted claims that are not coupons yet",
    read: async () => pending.length(await shopEpoch(db)),
  })
  addLiveGauge(metrics, {
    name: "saleproof_pending_claims_age_seconds",
    help: "Age of the oldest accepted claim that is not a coupon yet",
    read: async () => (await pending.age(await shopEpoch(db))) / 1000,
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
