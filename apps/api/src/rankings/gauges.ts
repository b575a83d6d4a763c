import { oneRow } from "../infra/db.ts"
import type { Db } from "../infra/db.ts"
import { addLiveGauge } from "../infra/metrics.ts"
import type { Metrics } from "../infra/metrics.ts"
import type { Rankings } from "./service.ts"

/** How far the sums are behind, read from PostgreSQL. */
export function addOutboxGauge({ db, metrics }: { db: Db; metrics: Metrics }): void {
  addLiveGauge(metrics, {
    name: "saleproof_outbox_lag_seconds",
    help: "Age of the oldest order that the sums by day and the realtime ranking do not contain yet",
    read: () => outboxLag(db),
  })
}

export function addServedGauge({ rankings, metrics }: { rankings: Rankings; metrics: Metrics }): void {
  addLiveGauge(metrics, {
    name: "saleproof_ranking_served",
    help: "1 while the realtime ranking is served, 0 while Redis does not answer or the ranking is being built",
    read: () =>
      rankings.checkRealtime().then(
        () => 1,
        () => 0,
      ),
  })
}

async function outboxLag(db: Db): Promise<number> {
  const { lag } = await oneRow<{ lag: number }>(db)`
    SELECT coalesce(extract(epoch FROM clock_timestamp() - min(created_at)), 0)::float8 AS lag FROM outbox_events`
  return lag
}
