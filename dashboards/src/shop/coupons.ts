import { redFrom, stat, timeseries, withLimitLine } from "../panels.ts"
import { perSecond, prometheus, quantile } from "../promql.ts"
import type { Row } from "../row.ts"

const VISIBLE = "saleproof_coupon_visible_seconds"

// A shopper looks for its coupon one second after the claim.
const PROMISED_WITHIN_SECONDS = 1

export function couponsRow(): Row {
  return {
    title: "Coupons",
    panels: [claims(), grants(), visible(), pending(), age(), jobs(), jobAge(), broken()],
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
  const panel = timeseries(
    {
      title: "From claim to coupon",
      shows: "Time from an accepted claim to its committed coupon, p50 and p95 from histogram buckets.",
      bad: "p95 above the line; shoppers look for their coupon after a second and do not find it.",
      unit: "s",
      size: [8, 8],
    },
    prometheus(quantile(0.5, VISIBLE), "p50"),
    prometheus(quantile(0.95, VISIBLE), "p95"),
  )
  return withLimitLine(panel, PROMISED_WITHIN_SECONDS)
}

function pending() {
  return timeseries(
    {
      title: "Claims waiting",
      shows: "Accepted claims that are not coupons yet.",
      bad: "growing; claims come in faster than the worker writes coupons, or there is no worker.",
      unit: "short",
      size: [5, 8],
    },
    prometheus("max(saleproof_pending_claims)", "waiting"),
  ).min(0)
}

function age() {
  const panel = timeseries(
    {
      title: "Oldest waiting claim",
      shows: "How long the oldest accepted claim has been waiting for its coupon.",
      bad: "growing second by second; nothing drains the list.",
      unit: "s",
      size: [5, 8],
    },
    prometheus("max(saleproof_pending_claims_age_seconds)", "age"),
  )
  return withLimitLine(panel, PROMISED_WITHIN_SECONDS).min(0)
}

function jobs() {
  return timeseries(
    {
      title: "Queue",
      shows: "BullMQ jobs that wait or run. One job drains many claims, so a few are enough.",
      bad: "growing; the worker is away or stuck.",
      unit: "short",
      size: [5, 8],
    },
    prometheus("max(saleproof_queue_jobs)", "jobs"),
  ).min(0)
}

function jobAge() {
  return timeseries(
    {
      title: "Oldest waiting job",
      shows: "Age of the oldest BullMQ job that no worker has begun.",
      bad: "growing second by second; the worker is stuck or is not there at all.",
      unit: "s",
      size: [5, 8],
    },
    prometheus("max(saleproof_queue_lag_seconds)", "age"),
  ).min(0)
}

function broken() {
  return stat(
    {
      title: "Broken promises",
      shows: "Accepted claims that could not become a coupon, since the worker started.",
      bad: "any at all; a client was told 201 and has no coupon.",
      size: [4, 8],
      noValue: "0",
    },
    prometheus('sum(saleproof_grants_total{outcome!~"granted|repeated"})', "broken"),
  ).thresholds(redFrom(1))
}
