import { defined } from "../support/defined.ts"

export type Terms = {
  price: number
  stock: number
  /** Won that every user of the beginning has. */
  funds: number
  couponsPerPolicy: number
  perUserLimit: number | null
  discountAmount: number
  discountRate: number
}
/** Users, products, coupons and orders are places, counted from 0. */
export type Item = { product: number; quantity: number }
/** The nth of a user's coupons or orders. */
export type Place = { of: number; nth: number }
export type Order = {
  user: number
  coupon: Place | null
  items: Item[]
  /** What the buyer expects to pay: the first price with the discount, or without. */
  expected?: "paid" | "list" | undefined
}
/** Without a time; since a moment ago; in the future; until a moment ago; closed by hand. */
export type Sale = "open" | "opened" | "early" | "over" | "closed"
export type Change = { sale: Sale } | { limit: number | null } | { price: number }

export type Action =
  | { do: "arrive"; name: string; key?: undefined }
  | { do: "charge"; user: number; amount: number; key?: string | undefined }
  | { do: "claim"; user: number; key?: string | undefined }
  | ({ do: "order"; key?: string | undefined } & Order)
  /** `late` when the buyer's time for it is over. */
  | ({ do: "cancel"; late: boolean; key?: string | undefined } & Place)
  /** What an administrator does; `units` may be negative. */
  | { do: "restock"; product: number; units: number; key?: string | undefined }
  | { do: "change"; product: number; set: Change; key?: string | undefined }

/**
 * `value` is the user's place, the balance after a charge, what an order costs, what is refunded, or the stock after
 * what an administrator did.
 */
export type Outcome = { code: string; value?: number }

export const PRODUCTS = 2

/** How many there are: by user, of coupons and orders. */
export type Counts = { coupons: number[]; orders: number[] }

/** The same action about what exists already, wherever there is something: a place past the end starts again at the first. */
export function pin(action: Action, { coupons, orders }: Counts): Action {
  if (action.do === "cancel") return { ...action, ...existing(action, orders) }
  if (!("user" in action)) return action
  const user = action.user % orders.length
  if (action.do !== "order") return { ...action, user }
  return { ...action, user, coupon: action.coupon && existing(action.coupon, coupons) }
}

/** Of the next user who has any. */
function existing({ of, nth }: Place, counts: number[]): Place {
  const places = counts.map((_, n) => (of + n) % counts.length)
  const owner = places.find((place) => counts[place]) ?? defined(places[0])
  return { of: owner, nth: nth % (counts[owner] || Infinity) }
}

/** Won for so many units at one price. */
export function priceOf(
  items: Item[],
  { discountRate, discountAmount }: Terms,
  { hasCoupon, price }: { hasCoupon: boolean; price: (product: number) => number },
): number {
  const subtotal = items.reduce((sum, { product, quantity }) => sum + quantity * price(product), 0)
  const discount = discountRate > 0 ? Math.floor(subtotal * discountRate) : discountAmount
  return hasCoupon ? Math.max(0, subtotal - discount) : subtotal
}

/** Won that the buyer names as the expected total, as if no price had ever been changed. */
export function expectedTotal({ items, coupon, expected }: Order, terms: Terms): number | undefined {
  const hasCoupon = expected === "paid" && coupon !== null
  return expected && priceOf(items, terms, { hasCoupon, price: () => terms.price })
}
