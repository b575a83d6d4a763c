import type { Coupon } from "../lib/api/coupons.ts"
import type { Order } from "../lib/api/orders.ts"
import type { Shop } from "../lib/api/shop.ts"
import { expect } from "../lib/expect.ts"
import { LIMITED_COUPONS_PER_POLICY, SHOP } from "../lib/outcomes.ts"
import { arrive } from "./visit.ts"
import type { Arrival, Shopper } from "./visit.ts"

const TOO_LITTLE = 100

/** C: charges too little and tries to buy with one coupon twice, or with coupons that it does not have. */
export function malicious(shop: Shop, shopper: Shopper): void {
  const arrival = arrive(shop, shopper, TOO_LITTLE)
  const { userId, balance, coupon } = arrival
  if (coupon) {
    shop.tryToCheat(spendTwice(arrival, coupon), [409])
    const kept = shop.coupons(userId).some(({ couponId }) => couponId === coupon.couponId)
    expect("6 coupons: the refused one is still usable", kept)
  } else {
    shop.tryToCheat(spendWhatOthersHave(arrival, shopper.policies), [404, 409])
  }
  expect("6 orders: none exists", shop.orderCount(userId) === 0)
  shopper.balance = shop.balance(userId)
  expect("6 balance: untouched", shopper.balance === balance)
}

/** The same order twice, worth more than the balance and the coupon together. */
function spendTwice({ userId, balance, bestSellers }: Arrival, { couponId, discount }: Coupon): Order[] {
  const quantity = Math.floor((balance + discount) / (bestSellers.length * SHOP.price)) + 1
  const items = bestSellers.map((productId) => ({ productId, quantity }))
  const order = { userId, couponId, items }
  return [order, order]
}

/** One product that the discount would pay in full, so that nothing but the coupon can be the reason to refuse. */
function spendWhatOthersHave({ userId, bestSellers }: Arrival, policies: number): Order[] {
  const items = bestSellers.slice(0, 1).map((productId) => ({ productId, quantity: 1 }))
  // Who gets none meets a limited shop, whose coupons are the first ids.
  const somebodys = randomUpTo(policies * LIMITED_COUPONS_PER_POLICY)
  return [somebodys, randomUpTo(2 ** 31 - 1)].map((couponId) => ({ userId, couponId, items }))
}

const randomUpTo = (most: number): number => 1 + Math.floor(Math.random() * most)
