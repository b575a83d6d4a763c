import { lines, perSecond, quantile } from "../promql.ts"
import type { Row } from "../row.ts"

const BATCH = "saleproof_claim_batch_size"
const VISIBLE = "saleproof_coupon_visible_seconds"

// A shopper looks for its coupon one second after the claim.
const PROMISED_WITHIN_SECONDS = 1

export const couponsRow: Row = {
  title: "Coupons",
  panels: [
    lines({
      title: "Claims per second by outcome",
      shows:
        "Coupon claims by what was decided; sold_out and limit_reached are business, repeated is a key used again.",
      bad: "accepted falling to 0 while claims are refused as UNAVAILABLE; PostgreSQL cannot be written.",
      unit: "ops",
      noValue: "No claim yet",
      queries: { "{{outcome}}": perSecond("saleproof_claims_total", "outcome") },
    }),
    lines({
      title: "Coupons written per second",
      shows: "Accepted claims that the worker made coupons of.",
      bad: "below the accepted claims for long; the worker falls behind.",
      unit: "ops",
      noValue: "No coupon written yet",
      queries: { written: perSecond("saleproof_claims_drained_total") },
    }),
    lines({
      title: "From claim to coupon",
      shows: "Time from an accepted claim to its committed coupon, p50 and p95 from histogram buckets.",
      bad: "p95 above the line; shoppers look for their coupon after a second and do not find it.",
      unit: "s",
      queries: { p50: quantile(0.5, VISIBLE), p95: quantile(0.95, VISIBLE) },
      limit: PROMISED_WITHIN_SECONDS,
    }),
    lines({
      title: "Claims per commit",
      shows: "How many claims one transaction commits, p50 and p95 from histogram buckets.",
      bad: "p95 at 256, the most that a batch takes, for long; claims wait for more than one commit.",
      size: [6, 8],
      queries: { p50: quantile(0.5, BATCH), p95: quantile(0.95, BATCH) },
    }),
    lines({
      title: "Fast refusals per second",
      shows:
        "What Redis said when it was asked whether a claim was refused a moment ago; none sends it to PostgreSQL.",
      bad: "late, failed or open; Redis does not answer in time, and every refusal costs a transaction.",
      unit: "ops",
      size: [6, 8],
      noValue: "Not asked yet",
      queries: { "{{result}}": perSecond("saleproof_fast_refusals_total", "result") },
    }),
    lines({
      title: "Claims waiting",
      shows: "Accepted claims that are not coupons yet.",
      bad: "growing; claims come in faster than the worker writes coupons, or there is no worker.",
      size: [6, 8],
      queries: { waiting: "max(saleproof_pending_claims)" },
    }).min(0),
    lines({
      title: "Oldest waiting claim",
      shows: "How long the oldest accepted claim has been waiting for its coupon.",
      bad: "growing second by second; no worker drains the claims.",
      unit: "s",
      size: [6, 8],
      queries: { age: "max(saleproof_pending_claims_age_seconds)" },
      limit: PROMISED_WITHIN_SECONDS,
    }).min(0),
    lines({
      title: "Queue",
      shows: "BullMQ jobs that wait or run. One job drains many claims, so a few are enough.",
      bad: "growing; the worker does not run or is stuck.",
      size: [6, 8],
      queries: { jobs: "max(saleproof_queue_jobs)" },
    }).min(0),
    lines({
      title: "Oldest waiting job",
      shows: "Age of the oldest BullMQ job that no worker has begun.",
      bad: "growing second by second; the worker is stuck or is not there at all.",
      unit: "s",
      size: [6, 8],
      queries: { age: "max(saleproof_queue_lag_seconds)" },
    }).min(0),
  ],
}
