import { bug } from "../bug.ts"
import type { Bug } from "../bug.ts"

const DECIDE = "apps/api/src/orders/cancel/decide.ts"
const WRITE = "apps/api/src/orders/cancel/write.ts"
const ROWS = "apps/api/src/orders/cancel/rows.ts"

const DECISIONS = "apps/api/src/orders/cancel/decide.test.ts"
const CANCEL = "apps/api/test/cancel.test.ts"
const AUTH = "apps/api/test/auth-owners.test.ts"

const WHOLE = "a cancelled order, placed batched, > gives back stock"
const ONCE = "a cancelled order, placed batched, > is refunded once"
const LIMIT = "a cancelled order, placed batched, > gives its units of a limit back"
const DAY = "a cancelled order, placed batched, > leaves the sums"

/** Guards of a cancellation: it happens once, gives back all that the order took, and to the right place. */
export const CANCELLATION_BUGS: Bug[] = [
  bug(
    "cancelled-in-one-batch-twice",
    "of several cancellations of one order in a batch only the first has an effect",
  )
    .replacing(DECIDE, "order.cancelled || cancelled.has(orderId)", "order.cancelled")
    .caughtBy(DECISIONS, "cancellations decided together > cancel an order once"),
  bug("cancelled-again", "an order that is cancelled is not cancelled again")
    .replacing(DECIDE, "order.cancelled || cancelled.has(orderId)", "cancelled.has(orderId)")
    .replacing(WRITE, "WHERE o.id = asked.id AND cancelled_at IS NULL", "WHERE o.id = asked.id")
    .dropping("cancellations.cancellations_order_id_key")
    .caughtBy(CANCEL, ONCE),
  bug("refund-of-list-price", "a refund is what was paid, after the discount")
    .replacing(ROWS, `coupon_id AS "couponId", total,`, `coupon_id AS "couponId", subtotal AS total,`)
    .caughtBy(CANCEL, WHOLE),
  bug("refund-not-booked", "a refund is booked in the ledger")
    .replacing(WRITE, "FROM asked WHERE total > 0", "FROM asked WHERE total < 0")
    .caughtBy(CANCEL, WHOLE),
  bug("coupon-not-given-back", "the coupon of a cancelled order can be used again")
    .replacing(WRITE, "UPDATE coupons SET used_at = NULL", "UPDATE coupons SET used_at = now()")
    .caughtBy(CANCEL, WHOLE),
  bug("limit-not-given-back", "the units of a cancelled order do not count for a limit any more")
    .replacing(WRITE, "SET units = c.units - t.quantity", "SET units = c.units")
    .caughtBy(CANCEL, LIMIT),
  bug(
    "limit-of-another-period-given-back",
    "units count for no limit but the one that they were bought under",
  )
    .replacing(
      WRITE,
      "(c.user_id, c.product_id, c.limit_period) = (t.user_id, t.product_id, t.limit_period)",
      "(c.user_id, c.product_id) = (t.user_id, t.product_id) AND c.units >= t.quantity",
    )
    .caughtBy(CANCEL, LIMIT),
  bug("cancelled-on-its-own-day", "a cancellation is taken off the day of the order")
    .replacing(
      "apps/api/src/events/outbox.ts",
      "FROM (SELECT (created_at AT TIME ZONE 'UTC')::date AS day, product_id",
      "FROM (SELECT (cancelled_at AT TIME ZONE 'UTC')::date AS day, product_id",
    )
    .caughtBy(CANCEL, DAY),
  bug("window-for-nobody", "a user may cancel within a time only")
    .replacing(DECIDE, "!byTill && at >= order.createdAt + windowMs", "!byTill && at < order.createdAt")
    .caughtBy(CANCEL, "POST /orders/:id/cancel > is refused after the window"),
  bug("window-for-the-till", "a till may cancel at any time")
    .replacing(DECIDE, "!byTill && at >=", "at >=")
    .caughtBy(AUTH, "the order of somebody else > is not theirs to cancel"),
]
