import { timeseries, withLimitLine } from "../panels.ts"
import { perSecond, prometheus, quantile } from "../promql.ts"
import type { Row } from "../row.ts"

const BATCH = "saleproof_claim_batch_size"
const VISIBLE = "saleproof_coupon_visible_seconds"

// A shopper looks for its coupon one second after the claim.
const PROMISED_WITHIN_SECONDS = 1

export function couponsRow(): Row {
  return {
    title: "Coupons",
    panels: [claims(), drained(), visible(), batches(), fastRefusals(), pending(), age(), jobs(), jobAge()],
  }
}

function claims() {
  return timeseries(
    {
      title: "Claims per second by outcome",
      shows:
        "Coupon claims by what was decided; sold_out and limit_reached are business, repeated is a key used again.",
      bad: "accepted falling to 0 while claims are refused as UNAVAILABLE; PostgreSQL cannot be written.",
      unit: "ops",
      size: [8, 8],
      noValue: "No claim yet",
    },
    prometheus(perSecond("saleproof_claims_total", "outcome"), "{{outcome}}"),
  )
}

function drained() {
  return timeseries(
    {
      title: "Coupons written per second",
      shows: "Accepted claims that the worker made coupons of.",
      bad: "below the accepted claims for long; the worker falls behind.",
      unit: "ops",
      size: [8, 8],
      noValue: "No coupon written yet",
    },
    prometheus(perSecond("saleproof_claims_drained_total"), "written"),
  )
}

function batches() {
  return timeseries(
    {
      title: "Claims per commit",
      shows: "How many claims one transaction commits, p50 and p95 from histogram buckets.",
      bad: "p95 at 256, the most that a batch takes, for long; claims wait for more than one commit.",
      unit: "short",
      size: [6, 8],
    },
    prometheus(quantile(0.5, BATCH), "p50"),
    prometheus(quantile(0.95, BATCH), "p95"),
  )
}

function fastRefusals() {
  return timeseries(
    {
      title: "Fast refusals per second",
      shows:
        "What Redis said when it was asked whether a claim was refused a moment ago; none sends it to PostgreSQL.",
      bad: "late, failed or open; Redis does not answer in time, and every refusal costs a transaction.",
      unit: "ops",
      size: [6, 8],
      noValue: "Not asked yet",
    },
    prometheus(perSecond("saleproof_fast_refusals_total", "result"), "{{result}}"),
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
      size: [6, 8],
    },
    prometheus("max(saleproof_pending_claims)", "waiting"),
  ).min(0)
}

function age() {
  const panel = timeseries(
    {
      title: "Oldest waiting claim",
      shows: "How long the oldest accepted claim has been waiting for its coupon.",
      bad: "growing second by second; no worker drains the claims.",
      unit: "s",
      size: [6, 8],
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
      size: [6, 8],
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
      size: [6, 8],
    },
    prometheus("max(saleproof_queue_lag_seconds)", "age"),
  ).min(0)
}
