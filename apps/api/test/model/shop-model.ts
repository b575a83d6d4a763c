import { defined } from "../support/defined.ts"
import { PRODUCTS, expectedTotal } from "./actions.ts"
import type { Action, Outcome, Place, Sale, Terms } from "./actions.ts"
import { cancel, change, order, restock } from "./sale-model.ts"

export type Coupon = { owner: number; used: boolean }
/** `counts` are units by user since the product got its limit; `period` tells one limit after none from the next. */
export type Product = {
  price: number
  stock: number
  sale: Sale
  limit: number | null
  period: number
  counts: number[]
}
export type Placed = {
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
  coupons: Coupon[]
  products: Product[]
  orders: Placed[]
  answers: Map<string, { payload: string; outcome: Outcome }>
}

export const newModel = (terms: Terms, names: string[]): Model => ({
  terms,
  names: [...names],
  balances: names.map(() => terms.funds),
  coupons: [],
  products: Array.from({ length: PRODUCTS }, () => ({
    price: terms.price,
    stock: terms.stock,
    sale: "open",
    limit: null,
    period: 0,
    counts: [],
  })),
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
  const before = cancelledIn(model)
  const outcome = decide(model, action)
  // What was refused had no effect, so a repeat is decided again; nor had what was cancelled before.
  const hadEffect = action.do !== "cancel" || cancelledIn(model) > before
  if (outcome.code === "created" && hadEffect) model.answers.set(name, { payload, outcome })
  return outcome
}

/** What tells two requests with one key apart: coupons and orders by what they are, not by how they are named. */
function payloadOf(model: Model, action: Action): string {
  if (action.do === "cancel") return String(orderPlace(model, action))
  const { key: _, ...request } = action
  if (request.do !== "order") return JSON.stringify(request)
  const coupon = request.coupon && couponPlace(model, request.coupon)
  return JSON.stringify({ ...request, coupon, expected: expectedTotal(request, model.terms) })
}

const cancelledIn = ({ orders }: Model) => orders.filter(({ cancelled }) => cancelled).length

function decide(model: Model, action: Action): Outcome {
  if (action.do === "arrive") return arrive(model, action.name)
  if (action.do === "charge") return charge(model, action)
  if (action.do === "claim") return claim(model, action.user)
  if (action.do === "order") return order(model, action, couponPlace(model, action.coupon))
  if (action.do === "cancel") return cancel(model, model.orders[orderPlace(model, action)], action.late)
  const product = defined(model.products[action.product])
  return action.do === "restock" ? restock(product, action.units) : change(product, action.set)
}

function arrive({ names, balances }: Model, name: string): Outcome {
  if (!names.includes(name)) balances[names.push(name) - 1] = 0
  return { code: "known", value: names.indexOf(name) }
}

function charge({ balances }: Model, { user, amount }: { user: number; amount: number }): Outcome {
  const balance = defined(balances[user]) + amount
  balances[user] = balance
  return { code: "created", value: balance }
}

function claim(model: Model, owner: number): Outcome {
  const { coupons, terms } = model
  if (coupons.length >= terms.couponsPerPolicy) return { code: "COUPON_SOLD_OUT" }
  if (couponsOf(model, owner).length >= (terms.perUserLimit ?? Infinity))
    return { code: "COUPON_LIMIT_REACHED" }
  coupons.push({ owner, used: false })
  return { code: "created" }
}

/** Where an order stands among all; -1 when there is none. */
function orderPlace(model: Model, { of, nth }: Place): number {
  const own = ordersOf(model, of)[nth]
  return own ? model.orders.indexOf(own) : -1
}

/** Where a coupon stands among all; -1 when there is none. */
function couponPlace(model: Model, coupon: Place | null): number {
  const own = coupon && couponsOf(model, coupon.of)[coupon.nth]
  return own ? model.coupons.indexOf(own) : -1
}
