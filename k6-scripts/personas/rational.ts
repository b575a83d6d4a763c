import type { Shop } from "../lib/api/shop.ts"
import { expect } from "../lib/expect.ts"
import { SHOP } from "../lib/outcomes.ts"
import { arrive } from "./visit.ts"
import type { Shopper } from "./visit.ts"

/** B: charges the price of product 1, and takes product 2 as well only when a coupon pays for it. */
export function rational(shop: Shop, shopper: Shopper): void {
  const { userId, coupon, bestSellers } = arrive(shop, shopper, SHOP.price)
  const wanted = bestSellers.toSorted((a, b) => a - b).slice(0, coupon ? 2 : 1)
  const items = wanted.map((productId) => ({ productId, quantity: 1 }))
  shop.buy({ userId, couponId: coupon?.couponId ?? null, items }, SHOP.price)
  shopper.balance = shop.balance(userId)
  expect("6 balance: ends at 0", shopper.balance === 0)
}
