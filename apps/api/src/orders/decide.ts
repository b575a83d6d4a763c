import assert from "node:assert/strict"
import type { RefusalCode } from "../errors.ts"
import { priceOrder } from "./pricing.ts"
import type { Discount, Price, PricedLine } from "./pricing.ts"

export type Line = { productId: number; quantity: number }

/** Lines are merged: one for each product, ascending by its id. */
export type OrderCommand = { userId: number; couponId: number | null; lines: readonly Line[] }

/** What is known of the rows that some orders touch, by id. */
export type Rows = {
  users: Map<number, { balance: number }>
  coupons: Map<number, { userId: number; discount: Discount; used: boolean; expired: boolean }>
  products: Map<number, { price: number; stock: number }>
}

export type Placed = Price & { lines: (Line & PricedLine)[]; balanceAfter: number }
export type Refused = { code: RefusalCode; detail: string }
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
  }
  return <Order extends OrderCommand>(order: Order): Decided<Order> => {
    const decided = decideOrder(order, left)
    if (decided.outcome === "placed") take(order, decided.placed, left)
    return decided
  }
}

/** Places an order or finds the first rule that it breaks: what does not exist, the coupon, the balance, the stock. */
export function decideOrder<Order extends OrderCommand>(order: Order, rows: Rows): Decided<Order> {
  const refused = refuseUnknown(order, rows) ?? refuseCoupon(order, rows)
  if (refused) return { order, outcome: "refused", refused }

  const lines = order.lines.map((line) => ({
    ...line,
    unitPrice: rowOf(rows.products, line.productId).price,
  }))
  const discount = order.couponId === null ? null : rowOf(rows.coupons, order.couponId).discount
  const price = priceOrder(lines, discount)
  const balanceAfter = rowOf(rows.users, order.userId).balance - price.total
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
  for (const { productId, quantity, unitPrice } of lines) {
    const stock = rowOf(rows.products, productId).stock - quantity
    rows.products.set(productId, { price: unitPrice, stock })
  }
}

export const COUPON_USED: Refused = { code: "COUPON_USED", detail: "The coupon was used in another order" }

export const INSUFFICIENT_BALANCE: Refused = {
  code: "INSUFFICIENT_BALANCE",
  detail: "The balance is below the price of the order",
}

export function outOfStock(productId: number): Refused {
  return { code: "OUT_OF_STOCK", detail: `Product ${productId} has not enough left` }
}
