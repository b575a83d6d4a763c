import { lines, perSecond } from "../promql.ts"
import type { Row } from "../row.ts"

export const rankingRow: Row = {
  title: "Ranking, and Redis against PostgreSQL",
  panels: [
    lines({
      title: "Sales relayed per second",
      shows: "Outbox events that the worker moved into the sums by day.",
      bad: "0 while orders are placed; the ranking stands still.",
      unit: "ops",
      size: [6, 8],
      queries: { relayed: perSecond("saleproof_outbox_relayed_total") },
    }).min(0),
    lines({
      title: "Outbox lag",
      shows: "Age of the oldest order that the sums by day and the realtime ranking do not contain yet.",
      bad: "growing second by second; the relay does not run or is stuck, and the ranking is as old as this.",
      unit: "s",
      size: [6, 8],
      queries: { lag: "max(saleproof_outbox_lag_seconds)" },
    }).min(0),
    lines({
      title: "Drift",
      shows: "How far the ranking in Redis is from PostgreSQL's, when they were last compared.",
      bad: "anything but 0; it is repaired at once, so a difference that stays cannot be repaired.",
      size: [6, 8],
      noValue: "Not compared yet",
      queries: { "{{what}}": "max by (what) (saleproof_drift)" },
      limit: 1,
    }).min(0),
    lines({
      title: "Realtime ranking rebuilt",
      shows:
        "How often the realtime ranking was built anew from PostgreSQL, by cause, since each process started.",
      bad: "missing or drift rising; Redis lost data, and the ranking was not served until it was back.",
      size: [6, 8],
      noValue: "Never",
      queries: { "{{cause}}": "sum by (cause) (saleproof_ranking_rebuilds_total)" },
    }).min(0),
    lines({
      title: "Realtime ranking served",
      shows: "1 while the API serves the realtime ranking.",
      bad: "0; Redis does not answer, or the ranking is being built. /readyz and the worker's log say why.",
      size: [6, 8],
      queries: { served: "min(saleproof_ranking_served)" },
    }).min(0),
  ],
}
