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
export type Order = { user: number; coupon: { of: number; nth: number } | null; items: Item[] }
export type Action =
  | { do: "arrive"; name: string; key?: undefined }
  | { do: "charge"; user: number; amount: number; key?: string | undefined }
  | { do: "claim"; user: number; key?: string | undefined }
  | ({ do: "order"; key?: string | undefined } & Order)
/** `value` is the user's place, the balance after a charge, or what an order cost. */
export type Outcome = { code: string; value?: number }

type Coupon = { owner: number; used: boolean }
export type Model = {
  terms: Terms
  names: string[]
  balances: number[]
  stock: number[]
  coupons: Coupon[]
  answers: Map<string, { payload: string; outcome: Outcome }>
}

export const PRODUCTS = 2

export const newModel = (terms: Terms, names: string[]): Model => ({
  terms,
  names: [...names],
  balances: names.map(() => 0),
  stock: Array.from({ length: PRODUCTS }, () => terms.stock),
  coupons: [],
  answers: new Map(),
})

export const couponsOf = ({ coupons }: Model, owner: number) => coupons.filter((own) => own.owner === owner)

/** What the shop has to answer, computed by a serial model; the model advances. */
export function apply(model: Model, action: Action): Outcome {
  const { key, ...request } = action
  if (key === undefined) return decide(model, action)
  const name = `${action.do} ${key}`
  const user = "user" in action ? action.user % model.balances.length : 0
  const coupon = action.do === "order" && action.coupon && (couponPlace(model, action) ?? "made up")
  const payload = JSON.stringify({ ...request, user, coupon })
  const first = model.answers.get(name)
  if (first) return first.payload === payload ? first.outcome : { code: "IDEMPOTENCY_MISMATCH" }
  const outcome = decide(model, action)
  // What was refused had no effect, so a repeat is decided again.
  if (outcome.code === "created") model.answers.set(name, { payload, outcome })
  return outcome
}

function decide(model: Model, action: Action): Outcome {
  if (action.do === "arrive") return arrive(model, action.name)
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

function order(model: Model, asked: Order): Outcome {
  const { balances, coupons } = model
  const coupon = coupons[couponPlace(model, asked) ?? -1]
  const code = asked.coupon && couponRefusal(coupon, asked.user)
  if (code) return { code }
  const left = [...model.stock]
  for (const { product, quantity } of asked.items) left[product] = defined(left[product]) - quantity
  const paid = priceOf(model.terms, asked.items, coupon !== undefined)
  const balance = defined(balances[asked.user]) - paid
  if (balance < 0) return { code: "INSUFFICIENT_BALANCE" }
  if (left.some((units) => units < 0)) return { code: "OUT_OF_STOCK" }
  if (coupon) coupon.used = true
  balances[asked.user] = balance
  model.stock = left
  return { code: "created", value: paid }
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
