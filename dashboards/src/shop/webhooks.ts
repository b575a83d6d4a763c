import { lines, perSecond } from "../promql.ts"
import type { Row } from "../row.ts"

export const webhooksRow: Row = {
  title: "Webhooks",
  panels: [
    lines({
      title: "Deliveries per second by outcome",
      shows:
        "Attempts to deliver an event: delivered, to be tried again (retry), or given up (dead); and dead letters that were dropped.",
      bad: "retry above delivered; an endpoint is down or refuses. GET /admin/webhooks says why.",
      unit: "ops",
      size: [8, 8],
      noValue: "No delivery yet",
      queries: {
        "{{outcome}}": perSecond("saleproof_webhook_deliveries_total", "outcome"),
        dropped: perSecond("saleproof_webhook_dead_letters_dropped_total"),
      },
    }).min(0),
    lines({
      title: "Deliveries that wait",
      shows: "Events that an endpoint has not accepted yet, counted up to 100,000.",
      bad: "growing; an endpoint is down, or slower than what happens.",
      size: [8, 8],
      queries: { waiting: "max(saleproof_webhook_waiting)" },
    }).min(0),
    lines({
      title: "Dead letters",
      shows:
        "Events that were given up after their last attempt, counted up to 100,000, and disabled webhooks.",
      bad: "anything but 0; mend the endpoint, then POST /admin/webhooks/:id/redeliver.",
      size: [8, 8],
      queries: {
        dead: "max(saleproof_webhook_dead_letters)",
        disabled: "max(saleproof_webhook_disabled)",
      },
    }).min(0),
  ],
}
