import { limitReached, saleNotOpen, saleOver } from "./refused.ts"
import type { Refused } from "./refused.ts"

/** When a product is sold, in ms since 1970, and how much of it to one user. A limit counts within its period. */
export type SaleTerms = {
  startsAt: number | null
  endsAt: number | null
  maxPerUser: number | null
  limitPeriod: number
  closed: boolean
}

/** The period in which units are counted, and how many one user may have. */
export type Limit = { period: number; maxUnits: number }

/** Units by `purchaseKey`, of products with a limit, in the limit's present period. */
export type Purchases = Map<string, number>

export const purchaseKey = (userId: number, productId: number) => `${userId} ${productId}`

export const limitOf = ({ maxPerUser, limitPeriod }: SaleTerms): Limit | null =>
  maxPerUser === null ? null : { period: limitPeriod, maxUnits: maxPerUser }

/** Whether the sale of a product is open at `at`: from `startsAt` on, and before `endsAt`. */
export function refuseSale(productId: number, terms: SaleTerms, at: number): Refused | undefined {
  const { startsAt, endsAt, closed } = terms
  if (closed || (endsAt !== null && at >= endsAt)) return saleOver(productId)
  if (startsAt !== null && at < startsAt) return saleNotOpen(productId, new Date(startsAt).toISOString())
  return undefined
}

type Wanted = { userId: number; productId: number; quantity: number }

/** Whether the user may have so many more units of a product. */
export function refuseLimit(
  { userId, productId, quantity }: Wanted,
  maxPerUser: number,
  purchases: Purchases,
): Refused | undefined {
  // A user who bought none of it has no count.
  const bought = purchases.get(purchaseKey(userId, productId)) ?? 0
  return bought + quantity > maxPerUser ? limitReached(productId, maxPerUser) : undefined
}
