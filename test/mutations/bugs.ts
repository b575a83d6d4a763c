import type { Bug } from "./bug.ts"
import { COUPON_BUGS } from "./bugs/coupons.ts"
import { ORDER_MACHINERY_BUGS } from "./bugs/order-machinery.ts"
import { ORDER_BUGS } from "./bugs/orders.ts"
import { SALES_BUGS } from "./bugs/sales.ts"

export const BUGS: readonly Bug[] = [...ORDER_BUGS, ...ORDER_MACHINERY_BUGS, ...COUPON_BUGS, ...SALES_BUGS]
