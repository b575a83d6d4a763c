import { redFrom, stat, timeseries } from "../panels.ts"
import { perSecond, prometheus, quantile } from "../promql.ts"
import type { Row } from "../row.ts"

const VISIBLE = "saleproof_coupon_visible_seconds"

// A shopper looks for its coupon one second after the claim.
const PROMISED_WITHIN_SECONDS = 1

export function couponsRow(): Row {
  return {
    title: "Coupons and ranking",
    panels: [claims(), grants(), visible(), relayed(), healings(), broken()],
  }
}

function claims() {
  return timeseries(
    {
      title: "Claims per second by outcome",
      shows:
        "Coupon claims by what the atomic step in Redis answered; sold_out and limit_reached are business.",
      bad: "full, more claims wait than the bound allows; lost, Redis had forgotten the shop and was rebuilt.",
      unit: "ops",
      size: [8, 8],
      noValue: "No claim yet",
    },
    prometheus(perSecond("saleproof_claims_total", "outcome"), "{{outcome}}"),
  )
}

function grants() {
  return timeseries(
    {
      title: "Coupons written per second by outcome",
      shows: "Accepted claims that the worker took into PostgreSQL; repeated ones had been written before.",
      bad: "below the accepted claims for long, the worker falls behind; any other outcome, a broken promise.",
      unit: "ops",
      size: [8, 8],
      noValue: "No coupon written yet",
    },
    prometheus(perSecond("saleproof_grants_total", "outcome"), "{{outcome}}"),
  )
}

function visible() {
  return timeseries(
    {
      title: "From claim to coupon",
      shows: "Time from an accepted claim to its committed coupon, p50 and p95 from histogram buckets.",
      bad: "p95 above a second; shoppers look for their coupon after that long and do not find it.",
      unit: "s",
      size: [8, 8],
    },
    prometheus(quantile(0.5, VISIBLE), "p50"),
    prometheus(quantile(0.95, VISIBLE), "p95"),
  ).thresholds(redFrom(PROMISED_WITHIN_SECONDS))
}

function relayed() {
  return timeseries(
    {
      title: "Orders relayed to the ranking per second",
      shows: "Outbox events that the worker applied to the realtime ranking.",
      bad: "0 while orders are placed; the ranking stands still.",
      unit: "ops",
      size: [8, 8],
    },
    prometheus(perSecond("saleproof_outbox_relayed_total", "process"), "{{process}}"),
  )
}

function healings() {
  return timeseries(
    {
      title: "Redis rebuilt",
      shows: "How often Redis was rebuilt from PostgreSQL, by cause, since each process started.",
      bad: "rising outside of a seeding; Redis lost data, and some claims were refused until it was back.",
      unit: "short",
      size: [8, 8],
      noValue: "Never",
    },
    prometheus("sum by (cause) (saleproof_healings_total)", "{{cause}}"),
  )
}

function broken() {
  return stat(
    {
      title: "Broken promises",
      shows: "Accepted claims that could not become a coupon, since the worker started.",
      bad: "any at all; a client was told 201 and has no coupon.",
      size: [8, 8],
      noValue: "0",
    },
    prometheus('sum(saleproof_grants_total{outcome!~"granted|repeated"})', "broken"),
  ).thresholds(redFrom(1))
}
