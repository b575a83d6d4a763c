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
export function decideOrders<Order extends OrderCommand>(
  orders: readonly Order[],
  rows: Rows,
): Decided<Order>[] {
  const left = {
    users: new Map(rows.users),
    coupons: new Map(rows.coupons),
    products: new Map(rows.products),
  }
  return orders.map((order) => {
    const decided = decideOrder(order, left)
    if (decided.outcome === "placed") take(order, decided.placed, left)
    return decided
  })
}

/** Places an order or finds the first rule that it breaks: what does not exist, the coupon, the balance, the stock. */
export function decideOrder<Order extends OrderCommand>(order: Order, rows: Rows): Decided<Order> {
  const refused = refuseUnknown(order, rows) ?? refuseCoupon(order, rows)
  if (refused) return { order, outcome: "refused", refused }

  const lines = order.lines.map((line) => ({
    ...line,
    unitPrice: rows.products.get(line.productId)?.price ?? 0,
  }))
  const price = priceOrder(lines, rows.coupons.get(order.couponId ?? 0)?.discount ?? null)
  const balanceAfter = (rows.users.get(order.userId)?.balance ?? 0) - price.total
  if (balanceAfter < 0) return { order, outcome: "refused", refused: INSUFFICIENT_BALANCE }
  const missing = lines.find(
    ({ productId, quantity }) => (rows.products.get(productId)?.stock ?? 0) < quantity,
  )
  if (missing) return { order, outcome: "refused", refused: outOfStock(missing.productId) }
  return { order, outcome: "placed", placed: { ...price, lines, balanceAfter } }
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
  const coupon = couponId === null ? undefined : rows.coupons.get(couponId)
  if (couponId !== null && coupon) rows.coupons.set(couponId, { ...coupon, used: true })
  for (const { productId, quantity, unitPrice } of lines) {
    const stock = (rows.products.get(productId)?.stock ?? 0) - quantity
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
