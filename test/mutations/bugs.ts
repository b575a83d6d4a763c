import type { Bug } from "./bug.ts"
import { ADMINISTRATION_BUGS } from "./bugs/administration.ts"
import { CANCELLATION_BUGS } from "./bugs/cancellations.ts"
import { COUPON_BUGS } from "./bugs/coupons.ts"
import { EVENT_BUGS } from "./bugs/events.ts"
import { ORDER_MACHINERY_BUGS } from "./bugs/order-machinery.ts"
import { ORDER_BUGS } from "./bugs/orders.ts"
import { RECORDER_BUGS } from "./bugs/recorder.ts"
import { SALE_TERMS_BUGS } from "./bugs/sale-terms.ts"
import { SALES_BUGS } from "./bugs/sales.ts"
import { SERVICE_BUGS } from "./bugs/services.ts"
import { VERDICT_BUGS } from "./bugs/verdicts.ts"

const SHOP_BUGS = [
  ...ORDER_BUGS,
  ...ORDER_MACHINERY_BUGS,
  ...COUPON_BUGS,
  ...SALES_BUGS,
  ...SALE_TERMS_BUGS,
  ...ADMINISTRATION_BUGS,
  ...CANCELLATION_BUGS,
  ...EVENT_BUGS,
  ...SERVICE_BUGS,
]

/** By what they are planted in, for `--of`. */
export const BUGS_OF: ReadonlyMap<string, readonly Bug[]> = new Map([
  ["shop", SHOP_BUGS],
  ["verdict", [...VERDICT_BUGS, ...RECORDER_BUGS]],
])

export const BUGS: readonly Bug[] = [...BUGS_OF.values()].flat()
