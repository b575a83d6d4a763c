import { defined } from "../support/defined.ts"
import { PRODUCTS, expectedTotal, priceOf } from "./actions.ts"
import type { Change, Item, Order, Outcome } from "./actions.ts"
import type { Coupon, Model, Placed, Product } from "./shop-model.ts"

/** `place` is where the coupon that it asks for stands among all: -1 when there is none. */
export function order(model: Model, asked: Order, place: number): Outcome {
  const { balances, coupons, products, terms } = model
  const { user, items } = asked
  const coupon = coupons[place]
  const code = saleRefusal(model, asked) ?? (asked.coupon && couponRefusal(coupon, user))
  if (code) return { code }
  const price = (product: number) => defined(products[product]).price
  const paid = priceOf(items, terms, { hasCoupon: coupon !== undefined, price })
  if ((expectedTotal(asked, terms) ?? paid) !== paid) return { code: "PRICE_CHANGED", value: paid }
  if (defined(balances[user]) < paid) return { code: "INSUFFICIENT_BALANCE" }
  const isMissing = unitsOf(items).some(([product, units]) => defined(products[product]).stock < units)
  if (isMissing) return { code: "OUT_OF_STOCK" }
  buy(model, asked, { place, paid })
  return { code: "created", value: paid }
}

function buy(model: Model, { user, items }: Order, { place, paid }: { place: number; paid: number }) {
  const { balances, coupons, products, orders } = model
  balances[user] = defined(balances[user]) - paid
  const coupon = coupons[place]
  if (coupon) coupon.used = true
  const units = unitsOf(items).map(([product, quantity]) =>
    take(defined(products[product]), { product, user, quantity }),
  )
  orders.push({ user, paid, coupon: place, units, cancelled: false })
}

/** Units by product, ascending. */
function unitsOf(items: Item[]): [product: number, quantity: number][] {
  const units = Array.from({ length: PRODUCTS }, (_, product) =>
    items.reduce((sum, item) => (item.product === product ? sum + item.quantity : sum), 0),
  )
  return [...units.entries()].filter(([, quantity]) => quantity > 0)
}

/** Every sale has to be open before a limit counts. */
function saleRefusal({ products }: Model, { user, items }: Order): string | undefined {
  const units = unitsOf(items)
  for (const [product] of units) {
    const { sale } = defined(products[product])
    if (sale === "early") return "SALE_NOT_OPEN"
    if (sale === "over" || sale === "closed") return "SALE_OVER"
  }
  const isAbove = units.some(([product, quantity]) => {
    const { limit, counts } = defined(products[product])
    return limit !== null && (counts[user] ?? 0) + quantity > limit
  })
  return isAbove ? "LIMIT_REACHED" : undefined
}

function couponRefusal(coupon: Coupon | undefined, user: number): string | undefined {
  if (!coupon) return "COUPON_NOT_FOUND"
  if (coupon.owner !== user) return "COUPON_NOT_OWNED"
  return coupon.used ? "COUPON_USED" : undefined
}

type Wanted = { product: number; user: number; quantity: number }

function take(own: Product, { product, user, quantity }: Wanted): Placed["units"][number] {
  own.stock -= quantity
  if (own.limit === null) return { product, quantity, period: null }
  own.counts[user] = (own.counts[user] ?? 0) + quantity
  return { product, quantity, period: own.period }
}

export function cancel(model: Model, own: Placed | undefined, late: boolean): Outcome {
  if (!own) return { code: "ORDER_NOT_FOUND" }
  if (!own.cancelled && late) return { code: "CANCEL_WINDOW_OVER" }
  if (!own.cancelled) giveBack(model, own)
  return { code: "created", value: own.paid }
}

function giveBack({ balances, coupons, products }: Model, own: Placed) {
  own.cancelled = true
  balances[own.user] = defined(balances[own.user]) + own.paid
  const coupon = coupons[own.coupon]
  if (coupon) coupon.used = false
  for (const { product, quantity, period } of own.units) {
    const current = defined(products[product])
    current.stock += quantity
    if (period === current.period) current.counts[own.user] = (current.counts[own.user] ?? 0) - quantity
  }
}

export function restock(product: Product, units: number): Outcome {
  if (product.stock + units < 0) return { code: "OUT_OF_STOCK" }
  product.stock += units
  return { code: "created", value: product.stock }
}

export function change(product: Product, set: Change): Outcome {
  // A limit after none counts from then on.
  if ("limit" in set && set.limit !== null && product.limit === null) {
    Object.assign(product, { counts: [], period: product.period + 1 })
  }
  Object.assign(product, set)
  return { code: "created", value: product.stock }
}
