import { defined } from "../support/defined.ts"

export type Terms = {
  price: number
  stock: number
  couponsPerPolicy: number
  perUserLimit: number | null
  discountAmount: number
  discountRate: number
}
/** Users, products and coupons are places, counted from 0; a place past the end starts again at 0. */
export type Item = { product: number; quantity: number }
export type Order = {
  user: number
  coupon: { of: number; nth: number } | null
  items: Item[]
  /** Won that the buyer expects to pay. */
  expected?: number | undefined
}
export type Sale = "open" | "early" | "over" | "closed"
export type Action =
  | { do: "arrive"; name: string; key?: undefined }
  | { do: "charge"; user: number; amount: number; key?: string | undefined }
  | { do: "claim"; user: number; key?: string | undefined }
  | ({ do: "order"; key?: string | undefined } & Order)
  /** The nth order of a user. */
  | { do: "cancel"; of: number; nth: number; key?: string | undefined }
  /** What an administrator does; `units` may be negative. */
  | { do: "restock"; product: number; units: number; key?: string | undefined }
  | { do: "terms"; product: number; sale: Sale; limit: number | null; key?: undefined }
/** `value` is the user's place, the balance after a charge, what an order cost, what is refunded, or the stock after. */
export type Outcome = { code: string; value?: number }

type Coupon = { owner: number; used: boolean }
/** `counts` are units by user since the product got its limit; `period` tells one limit after none from the next. */
type Product = { sale: Sale; limit: number | null; period: number; counts: number[] }
type Placed = {
  user: number
  paid: number
  coupon: number
  units: { product: number; quantity: number; period: number | null }[]
  cancelled: boolean
}
export type Model = {
  terms: Terms
  names: string[]
  balances: number[]
  stock: number[]
  coupons: Coupon[]
  products: Product[]
  orders: Placed[]
  answers: Map<string, { payload: string; outcome: Outcome }>
}

export const PRODUCTS = 2

export const newModel = (terms: Terms, names: string[]): Model => ({
  terms,
  names: [...names],
  balances: names.map(() => 0),
  stock: Array.from({ length: PRODUCTS }, () => terms.stock),
  coupons: [],
  products: Array.from({ length: PRODUCTS }, () => ({ sale: "open", limit: null, period: 0, counts: [] })),
  orders: [],
  answers: new Map(),
})

export const couponsOf = ({ coupons }: Model, owner: number) => coupons.filter((own) => own.owner === owner)

export const ordersOf = ({ orders }: Model, user: number) => orders.filter((own) => own.user === user)

/** What the shop has to answer, computed by a serial model; the model advances. */
export function apply(model: Model, action: Action): Outcome {
  const { key } = action
  if (key === undefined) return decide(model, action)
  const name = `${action.do} ${key}`
  const payload = payloadOf(model, action)
  const first = model.answers.get(name)
  if (first) return first.payload === payload ? first.outcome : { code: "IDEMPOTENCY_MISMATCH" }
  const before = effectsOf(model)
  const outcome = decide(model, action)
  // What was refused had no effect, so a repeat is decided again; nor had what was cancelled before.
  const hadEffect = action.do !== "cancel" || effectsOf(model) > before
  if (outcome.code === "created" && hadEffect) model.answers.set(name, { payload, outcome })
  return outcome
}

/** What tells two requests with one key apart: users, coupons and orders by what they are, not by how they are named. */
function payloadOf(model: Model, action: Action): string {
  const { key: _, ...request } = action
  if (action.do === "cancel") return String(orderPlace(model, action))
  const user = "user" in action ? action.user % model.balances.length : 0
  const coupon = action.do === "order" && action.coupon && (couponPlace(model, action) ?? "made up")
  return JSON.stringify({ ...request, user, coupon })
}

const effectsOf = ({ orders }: Model) => orders.filter(({ cancelled }) => cancelled).length

function decide(model: Model, action: Action): Outcome {
  if (action.do === "arrive") return arrive(model, action.name)
  if (action.do === "cancel") return cancel(model, action)
  if (action.do === "terms") return setTerms(model, action)
  if (action.do === "restock") return restock(model, action)
  const user = action.user % model.balances.length
  if (action.do === "claim") return claim(model, user)
  if (action.do === "order") return order(model, { ...action, user })
  model.balances[user] = defined(model.balances[user]) + action.amount
  return { code: "created", value: model.balances[user] }
}

function arrive({ names, balances }: Model, name: string): Outcome {
  if (!names.includes(name)) balances[names.push(name) - 1] = 0
  return { code: "known", value: names.indexOf(name) }
}

function claim(model: Model, owner: number): Outcome {
  const { coupons, terms } = model
  if (coupons.length >= terms.couponsPerPolicy) return { code: "COUPON_SOLD_OUT" }
  if (couponsOf(model, owner).length >= (terms.perUserLimit ?? Infinity))
    return { code: "COUPON_LIMIT_REACHED" }
  coupons.push({ owner, used: false })
  return { code: "created" }
}

function setTerms({ products }: Model, { product, sale, limit }: Extract<Action, { do: "terms" }>): Outcome {
  const own = defined(products[product])
  if (limit !== null && own.limit === null) Object.assign(own, { counts: [], period: own.period + 1 })
  Object.assign(own, { sale, limit })
  return { code: "changed" }
}

function restock({ stock }: Model, { product, units }: { product: number; units: number }): Outcome {
  const left = defined(stock[product]) + units
  if (left < 0) return { code: "OUT_OF_STOCK" }
  stock[product] = left
  return { code: "created", value: left }
}

function orderPlace(model: Model, { of, nth: place }: { of: number; nth: number }): number {
  const order = ordersOf(model, of % model.balances.length)[place]
  return order ? model.orders.indexOf(order) : -1
}

function cancel(model: Model, action: { of: number; nth: number }): Outcome {
  const order = model.orders[orderPlace(model, action)]
  if (!order) return { code: "ORDER_NOT_FOUND" }
  if (!order.cancelled) giveBack(model, order)
  return { code: "created", value: order.paid }
}

function giveBack({ balances, coupons, stock, products }: Model, order: Placed) {
  order.cancelled = true
  balances[order.user] = defined(balances[order.user]) + order.paid
  const coupon = coupons[order.coupon]
  if (coupon) coupon.used = false
  for (const { product, quantity, period } of order.units) {
    stock[product] = defined(stock[product]) + quantity
    const { period: current, counts } = defined(products[product])
    if (period === current) counts[order.user] = (counts[order.user] ?? 0) - quantity
  }
}

/** Units by product, ascending. */
function unitsOf(items: Item[]): [product: number, quantity: number][] {
  const units = Array.from({ length: PRODUCTS }, (_, product) =>
    items.reduce((sum, item) => (item.product === product ? sum + item.quantity : sum), 0),
  )
  return [...units.entries()].filter(([, quantity]) => quantity > 0)
}

function saleRefusal({ products }: Model, { user, items }: Order): string | undefined {
  const units = unitsOf(items)
  for (const [product] of units) {
    const { sale } = defined(products[product])
    if (sale !== "open") return sale === "early" ? "SALE_NOT_OPEN" : "SALE_OVER"
  }
  const isAbove = units.some(([product, quantity]) => {
    const { limit, counts } = defined(products[product])
    return limit !== null && (counts[user] ?? 0) + quantity > limit
  })
  return isAbove ? "LIMIT_REACHED" : undefined
}

function order(model: Model, asked: Order): Outcome {
  const { balances, coupons } = model
  const coupon = coupons[couponPlace(model, asked) ?? -1]
  const code = saleRefusal(model, asked) ?? (asked.coupon && couponRefusal(coupon, asked.user))
  if (code) return { code }
  const paid = priceOf(model.terms, asked.items, coupon !== undefined)
  if ((asked.expected ?? paid) !== paid) return { code: "PRICE_CHANGED", value: paid }
  const balance = defined(balances[asked.user]) - paid
  if (balance < 0) return { code: "INSUFFICIENT_BALANCE" }
  const left = stockAfter(model, asked.items)
  if (left.some((units) => units < 0)) return { code: "OUT_OF_STOCK" }
  balances[asked.user] = balance
  model.stock = left
  keepOrder(model, { ...asked, paid, coupon: useCoupon(model, coupon) })
  return { code: "created", value: paid }
}

/** Where the coupon stands among all; -1 without one. */
function useCoupon({ coupons }: Model, coupon: Coupon | undefined): number {
  if (!coupon) return -1
  coupon.used = true
  return coupons.indexOf(coupon)
}

function stockAfter({ stock }: Model, items: Item[]): number[] {
  const left = [...stock]
  for (const { product, quantity } of items) left[product] = defined(left[product]) - quantity
  return left
}

function keepOrder(
  { orders, products }: Model,
  order: Omit<Order, "coupon"> & Pick<Placed, "paid" | "coupon">,
) {
  const { user, items, paid, coupon } = order
  const units = unitsOf(items).map(([product, quantity]) => {
    const { limit, period, counts } = defined(products[product])
    if (limit !== null) counts[user] = (counts[user] ?? 0) + quantity
    return { product, quantity, period: limit === null ? null : period }
  })
  orders.push({ user, paid, coupon, units, cancelled: false })
}

function couponRefusal(coupon: Coupon | undefined, user: number): string | undefined {
  if (!coupon) return "COUPON_NOT_FOUND"
  if (coupon.owner !== user) return "COUPON_NOT_OWNED"
  return coupon.used ? "COUPON_USED" : undefined
}

function priceOf({ price, discountRate, discountAmount }: Terms, items: Item[], hasCoupon: boolean): number {
  const subtotal = items.reduce((sum, { quantity }) => sum + quantity * price, 0)
  const discount = discountRate > 0 ? Math.floor(subtotal * discountRate) : discountAmount
  return hasCoupon ? Math.max(0, subtotal - discount) : subtotal
}

/** Where the coupon that an order asks for stands among all coupons; undefined when there is none. */
function couponPlace(model: Model, { coupon }: Order): number | undefined {
  if (!coupon) return undefined
  const own = couponsOf(model, coupon.of % model.balances.length)[coupon.nth]
  return own && model.coupons.indexOf(own)
}
