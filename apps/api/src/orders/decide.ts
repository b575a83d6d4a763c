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
    const decision = decide(order, left)
    if ("code" in decision) return { order, outcome: "refused", refused: decision }
    take(order, decision, left)
    return { order, outcome: "placed", placed: decision }
  })
}

/** The first rule that an order breaks counts: what does not exist, the coupon, the balance, the stock. */
function decide(order: OrderCommand, rows: Rows): Placed | Refused {
  const user = rows.users.get(order.userId)
  if (!user) return { code: "USER_NOT_FOUND", detail: `User ${order.userId} does not exist` }
  const unknown = order.lines.find(({ productId }) => !rows.products.has(productId))
  if (unknown) return { code: "PRODUCT_NOT_FOUND", detail: `Product ${unknown.productId} does not exist` }
  const unusable = refuseCoupon(order, rows)
  if (unusable) return unusable

  const lines = order.lines.map((line) => ({
    ...line,
    unitPrice: rows.products.get(line.productId)?.price ?? 0,
  }))
  const price = priceOrder(lines, rows.coupons.get(order.couponId ?? 0)?.discount ?? null)
  if (user.balance < price.total) return INSUFFICIENT_BALANCE
  const missing = lines.find(
    ({ productId, quantity }) => (rows.products.get(productId)?.stock ?? 0) < quantity,
  )
  if (missing) return outOfStock(missing.productId)
  return { ...price, lines, balanceAfter: user.balance - price.total }
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
