import { sleep } from "k6"

import type { Coupon } from "../lib/api/coupons.ts"
import type { Shop } from "../lib/api/shop.ts"
import { expect } from "../lib/expect.ts"

/** One user, as this VU remembers it from visit to visit. */
export type Shopper = {
  /** The VU's number, from 1. */
  vu: number
  /** How many VUs there are in all. */
  vuCount: number
  policyId: number
  /** Won, as the shop last said; undefined after a visit that did not reach its end. */
  balance: number | undefined
}

export type Arrival = {
  userId: number
  balance: number
  /** The oldest coupon this user can use now. */
  coupon: Coupon | undefined
  /** Ids of the five best sellers, best first. */
  bestSellers: number[]
}

// How long a shopper waits for a coupon that was promised.
const ISSUE_SECONDS = 1

export const nameOf = (vu: number): string => `u${vu}`

/** What every persona does first: find itself, charge, try for a coupon, look at coupons and best sellers. */
export function arrive(shop: Shop, shopper: Shopper, amount: number): Arrival {
  const before = shopper.balance
  shopper.balance = undefined
  const userId = shop.findUser(nameOf(shopper.vu))
  const balance = shop.charge(userId, amount, before)
  const promised = shop.claim(userId, shopper.policyId)
  if (promised) sleep(ISSUE_SECONDS)
  const [coupon] = shop.coupons(userId)
  if (promised) expect("3 coupons: a promised one is there after a second", coupon !== undefined)
  return { userId, balance, coupon, bestSellers: shop.bestSellers() }
}
