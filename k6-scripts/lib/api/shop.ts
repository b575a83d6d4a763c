import { createAccounts } from "./accounts.ts"
import { createCoupons } from "./coupons.ts"
import { createOrders } from "./orders.ts"

/**
 * The shop as a shopper meets it: each call sends one request (a cheat several), records its checks of status and
 * body, and returns what the shopper goes on with. A call ends the visit when nothing can follow from its answer.
 */
export function createShop({ url, claimMayBeRefused }: { url: string; claimMayBeRefused: boolean }) {
  return { ...createAccounts(url), ...createCoupons(url, claimMayBeRefused), ...createOrders(url) }
}
export type Shop = ReturnType<typeof createShop>
