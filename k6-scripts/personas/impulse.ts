import type { Shop } from "../lib/api/shop.ts"
import { expect } from "../lib/expect.ts"
import { SHOP } from "../lib/outcomes.ts"
import { arrive } from "./visit.ts"
import type { Shopper } from "./visit.ts"

/** A: has money for all five best sellers and buys one of each, with a coupon or without. */
export function impulse(shop: Shop, shopper: Shopper): void {
  const fullPrice = SHOP.products * SHOP.price
  const { userId, balance, coupon, bestSellers } = arrive(shop, shopper, fullPrice)
  const price = fullPrice - (coupon ? SHOP.discount : 0)
  const items = bestSellers.map((productId) => ({ productId, quantity: 1 }))
  shop.buy({ userId, couponId: coupon?.couponId ?? null, items }, price)
  shopper.balance = shop.balance(userId)
  expect("6 balance: less by what was paid", shopper.balance === balance - price)
}
