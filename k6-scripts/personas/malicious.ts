import type { Coupon } from "../lib/api/coupons.ts"
import type { Order } from "../lib/api/orders.ts"
import type { Shop } from "../lib/api/shop.ts"
import { expect } from "../lib/expect.ts"
import { SHOP } from "../lib/outcomes.ts"
import { arrive, nameOf } from "./visit.ts"
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
    const stolen = findCouponOfOther(shop, shopper)
    shop.tryToCheat(spend(arrival, [stolen?.couponId ?? madeUpId(), madeUpId()]), [404, 409])
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

/** Looks for a coupon with one other user, picked at random. */
function findCouponOfOther(shop: Shop, { vu, vuCount }: Shopper): Coupon | undefined {
  if (vuCount < 2) return undefined
  const other = 1 + ((vu + randomBelow(vuCount - 1)) % vuCount)
  return shop.coupons(shop.findUser(nameOf(other)))[0]
}

/** One product that the discount would pay in full, so that nothing but the coupon can be the reason to refuse. */
function spend({ userId, bestSellers }: Arrival, couponIds: number[]): Order[] {
  const items = bestSellers.slice(0, 1).map((productId) => ({ productId, quantity: 1 }))
  return couponIds.map((couponId) => ({ userId, couponId, items }))
}

const madeUpId = (): number => 1 + randomBelow(2 ** 31 - 1)
const randomBelow = (limit: number): number => Math.floor(Math.random() * limit)
