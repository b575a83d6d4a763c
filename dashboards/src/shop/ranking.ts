import { timeseries, withLimitLine } from "../panels.ts"
import { perSecond, prometheus } from "../promql.ts"
import type { Row } from "../row.ts"

export function rankingRow(): Row {
  return {
    title: "Ranking, and Redis against PostgreSQL",
    panels: [relayed(), lag(), drift(), rebuilds(), served()],
  }
}

function relayed() {
  return timeseries(
    {
      title: "Sales relayed per second",
      shows: "Outbox events that the worker moved into the sums by day.",
      bad: "0 while orders are placed; the ranking stands still.",
      unit: "ops",
      size: [6, 8],
    },
    prometheus(perSecond("saleproof_outbox_relayed_total"), "relayed"),
  ).min(0)
}

function lag() {
  return timeseries(
    {
      title: "Outbox lag",
      shows: "Age of the oldest order that the sums by day and the realtime ranking do not know yet.",
      bad: "growing second by second; the relay is away or stuck, and the ranking is as old as this.",
      unit: "s",
      size: [6, 8],
    },
    prometheus("max(saleproof_outbox_lag_seconds)", "lag"),
  ).min(0)
}

function drift() {
  const panel = timeseries(
    {
      title: "Drift",
      shows: "How far the ranking in Redis is from PostgreSQL's, when they were last compared.",
      bad: "anything but 0; it is repaired at once, so a difference that stays cannot be repaired.",
      unit: "short",
      size: [6, 8],
      noValue: "Not compared yet",
    },
    prometheus("max by (what) (saleproof_drift)", "{{what}}"),
  )
  return withLimitLine(panel, 1).min(0)
}

function rebuilds() {
  return timeseries(
    {
      title: "Realtime ranking rebuilt",
      shows:
        "How often the realtime ranking was built anew from PostgreSQL, by cause, since each process started.",
      bad: "missing or drift rising; Redis lost data, and the ranking was not served until it was back.",
      unit: "short",
      size: [6, 8],
      noValue: "Never",
    },
    prometheus("sum by (cause) (saleproof_ranking_rebuilds_total)", "{{cause}}"),
  ).min(0)
}

function served() {
  return timeseries(
    {
      title: "Realtime ranking served",
      shows: "1 while the API serves the realtime ranking.",
      bad: "0; Redis does not answer, or the ranking is being built. /readyz and the worker's log say why.",
      unit: "short",
      size: [6, 8],
    },
    prometheus("min(saleproof_ranking_served)", "served"),
  ).min(0)
}
