import { oneRow } from "../infra/db.ts"
import type { Db } from "../infra/db.ts"
import { addLiveGauge } from "../infra/metrics.ts"
import type { Metrics } from "../infra/metrics.ts"

/** More than this is as bad, and counting it would cost. */
const MAX_COUNTED = 100_000

/** What waits to be delivered and what was given up, read when it is scraped. */
export function addWebhookGauges({ db, metrics }: { db: Db; metrics: Metrics }): void {
  const count = async (dead: boolean): Promise<number> => {
    const { found } = await oneRow<{ found: number }>(db)`
      SELECT count(*)::int AS found FROM (
        SELECT FROM webhook_deliveries WHERE (status = 'dead') = ${dead} LIMIT ${MAX_COUNTED}) counted`
    return found
  }
  addLiveGauge(metrics, {
    name: "saleproof_webhook_disabled",
    help: "Webhooks that were disabled because they failed for too long",
    read: () => db.webhook.count({ where: { disabledAt: { not: null } } }),
  })
  addLiveGauge(metrics, {
    name: "saleproof_webhook_waiting",
    help: "Deliveries that wait or are tried again, counted up to 100,000",
    read: () => count(false),
  })
  addLiveGauge(metrics, {
    name: "saleproof_webhook_dead_letters",
    help: "Deliveries that were given up, counted up to 100,000",
    read: () => count(true),
  })
}
