import assert from "node:assert/strict"
import type { Refused } from "../refused.ts"

/** `byTill`: the caller may cancel at any time. */
export type CancelCommand = { orderId: number; reason: string | null; byTill: boolean }

/** Units of a line; `limitPeriod` is null where they count for no limit. */
export type CancelLine = { productId: number; quantity: number; limitPeriod: number | null }

/** An order as its rows hold it; money in won, times in ms since 1970. */
export type OrderState = {
  id: number
  userId: number
  couponId: number | null
  total: number
  createdAt: number
  cancelled: boolean
  lines: CancelLine[]
}

/** What is known of the rows that some cancellations touch, and the database's time of that, in ms since 1970. */
export type CancelRows = {
  orders: ReadonlyMap<number, OrderState>
  /** Won by user. */
  balances: ReadonlyMap<number, number>
  at: number
}

export type DecidedCancel =
  | { outcome: "cancelled"; order: OrderState; balanceAfter: number }
  /** It was cancelled before, so nothing happens. */
  | { outcome: "repeated"; order: OrderState }
  | { outcome: "refused"; refused: Refused }

const WINDOW_OVER: Refused = {
  code: "CANCEL_WINDOW_OVER",
  detail: "The time in which the user may cancel the order is over",
}

/** Decides cancellations in the order given, each against what the earlier ones left. `windowMs` is the user's time. */
export function createCancelDecider({ orders, balances, at }: CancelRows, windowMs: number) {
  const cancelled = new Set<number>()
  const left = new Map(balances)
  return ({ orderId, byTill }: CancelCommand): DecidedCancel => {
    const order = orders.get(orderId)
    if (!order) return { outcome: "refused", refused: orderUnknown(orderId) }
    if (order.cancelled || cancelled.has(orderId)) return { outcome: "repeated", order }
    if (!byTill && at >= order.createdAt + windowMs) return { outcome: "refused", refused: WINDOW_OVER }
    const balance = left.get(order.userId)
    assert(balance !== undefined, "an order has its user")
    cancelled.add(orderId)
    left.set(order.userId, balance + order.total)
    return { outcome: "cancelled", order, balanceAfter: balance + order.total }
  }
}

const orderUnknown = (id: number): Refused => ({
  code: "ORDER_NOT_FOUND",
  detail: `Order ${id} does not exist`,
})
