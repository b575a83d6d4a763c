import assert from "node:assert/strict"
import { priceOrder } from "./pricing.ts"
import type { Discount, Price, PricedLine } from "./pricing.ts"
import { COUPON_USED, INSUFFICIENT_BALANCE, outOfStock, priceChanged } from "./refused.ts"
import type { Refused } from "./refused.ts"
import { limitOf, purchaseKey, refuseLimit, refuseSale } from "./sale-terms.ts"
import type { Limit, Purchases, SaleTerms } from "./sale-terms.ts"

export type Line = { productId: number; quantity: number }

/** Lines are merged: one for each product, ascending by its id. `expectedTotal` in won, if the buyer names one. */
export type OrderCommand = {
  userId: number
  couponId: number | null
  lines: readonly Line[]
  expectedTotal?: number | undefined
}

export type Product = { price: number; stock: number } & SaleTerms

/** What is known of the rows that some orders touch, by id, and the database's time of that, in ms since 1970. */
export type Rows = {
  users: Map<number, { balance: number }>
  coupons: Map<number, { userId: number; discount: Discount; used: boolean; expired: boolean }>
  products: Map<number, Product>
  purchases: Purchases
  at: number
}

export type PlacedLine = Line & PricedLine & { limit: Limit | null }
export type Placed = Price & { lines: PlacedLine[]; balanceAfter: number }
export type Decided<Order> =
  | { order: Order; outcome: "placed"; placed: Placed }
  | { order: Order; outcome: "refused"; refused: Refused }

/**
 * Decides orders in the order given, each against what the earlier ones left: two orders of one user, with one
 * coupon or for the last unit come out as if they had been placed one after the other.
 */
export function createDecider(rows: Rows) {
  const left = {
    users: new Map(rows.users),
    coupons: new Map(rows.coupons),
    products: new Map(rows.products),
    purchases: new Map(rows.purchases),
    at: rows.at,
  }
  return <Order extends OrderCommand>(order: Order): Decided<Order> => {
    const decided = decideOrder(order, left)
    if (decided.outcome === "placed") take(order, decided.placed, left)
    return decided
  }
}

/**
 * Places an order or finds the first rule that it breaks: what does not exist, the terms of the sale, the coupon, the
 * expected price, the balance, the stock.
 */
export function decideOrder<Order extends OrderCommand>(order: Order, rows: Rows): Decided<Order> {
  const refused = refuseUnknown(order, rows) ?? refuseTerms(order, rows) ?? refuseCoupon(order, rows)
  if (refused) return { order, outcome: "refused", refused }

  const lines = order.lines.map(({ productId, quantity }) => {
    const product = rowOf(rows.products, productId)
    return { productId, quantity, unitPrice: product.price, limit: limitOf(product) }
  })
  const discount = order.couponId === null ? null : rowOf(rows.coupons, order.couponId).discount
  const price = priceOrder(lines, discount)
  const balanceAfter = rowOf(rows.users, order.userId).balance - price.total
  if (order.expectedTotal !== undefined && order.expectedTotal !== price.total) {
    return { order, outcome: "refused", refused: priceChanged(price.total) }
  }
  if (balanceAfter < 0) return { order, outcome: "refused", refused: INSUFFICIENT_BALANCE }
  const missing = lines.find(({ productId, quantity }) => rowOf(rows.products, productId).stock < quantity)
  if (missing) return { order, outcome: "refused", refused: outOfStock(missing.productId) }
  return { order, outcome: "placed", placed: { ...price, lines, balanceAfter } }
}

/** A row that `refuseUnknown` or `refuseCoupon` found. */
function rowOf<Row>(rows: Map<number, Row>, id: number): Row {
  const row = rows.get(id)
  assert(row, "an order is decided on rows that exist")
  return row
}

function refuseUnknown({ userId, lines }: OrderCommand, { users, products }: Rows): Refused | undefined {
  if (!users.has(userId)) return { code: "USER_NOT_FOUND", detail: `User ${userId} does not exist` }
  const unknown = lines.find(({ productId }) => !products.has(productId))
  return unknown && { code: "PRODUCT_NOT_FOUND", detail: `Product ${unknown.productId} does not exist` }
}

/** Every sale has to be open before a limit counts. */
function refuseTerms(
  { userId, lines }: OrderCommand,
  { products, purchases, at }: Rows,
): Refused | undefined {
  for (const { productId } of lines) {
    const refused = refuseSale(productId, rowOf(products, productId), at)
    if (refused) return refused
  }
  for (const { productId, quantity } of lines) {
    const { maxPerUser } = rowOf(products, productId)
    // Most products have no limit, and this is done for every line.
    if (maxPerUser === null) continue
    const refused = refuseLimit({ userId, productId, quantity }, maxPerUser, purchases)
    if (refused) return refused
  }
  return undefined
}

function refuseCoupon({ userId, couponId }: OrderCommand, { coupons }: Rows): Refused | undefined {
  if (couponId === null) return undefined
  const coupon = coupons.get(couponId)
  if (!coupon) return { code: "COUPON_NOT_FOUND", detail: `Coupon ${couponId} does not exist` }
  if (coupon.userId !== userId)
    return { code: "COUPON_NOT_OWNED", detail: "The coupon belongs to another user" }
  if (coupon.used) return COUPON_USED
  if (coupon.expired) return { code: "COUPON_EXPIRED", detail: "The coupon can no longer be used" }
  return undefined
}

/** Takes from the rows what an order got. */
function take({ userId, couponId }: OrderCommand, { lines, balanceAfter }: Placed, rows: Rows) {
  rows.users.set(userId, { balance: balanceAfter })
  if (couponId !== null) rows.coupons.set(couponId, { ...rowOf(rows.coupons, couponId), used: true })
  for (const { productId, quantity, limit } of lines) {
    const product = rowOf(rows.products, productId)
    rows.products.set(productId, { ...product, stock: product.stock - quantity })
    if (limit) addUnits(rows.purchases, purchaseKey(userId, productId), quantity)
  }
}

function addUnits(purchases: Purchases, key: string, quantity: number) {
  purchases.set(key, (purchases.get(key) ?? 0) + quantity)
}
