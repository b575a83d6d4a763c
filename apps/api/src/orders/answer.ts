import { RefusalError } from "../errors.ts"
import { jsonAnswer, refusedAnswer } from "../idempotency/answer.ts"
import type { Answer } from "../idempotency/answer.ts"
import type { OrderCommand, Placed } from "./decide.ts"
import type { Refused } from "./refused.ts"

/** An order as its row holds it; money in won. */
export type OrderRow = {
  id: number
  userId: number
  couponId: number | null
  subtotal: number
  discount: number
  total: number
}

export function orderRow(id: number, { userId, couponId }: OrderCommand, placed: Placed): OrderRow {
  const { subtotal, discount, total } = placed
  return { id, userId, couponId, subtotal, discount, total }
}

/** The bytes of a 201: made of the row alone, so that a repeat gets the same. */
export function placedAnswer({ id, userId, couponId, subtotal, discount, total }: OrderRow): Answer {
  return jsonAnswer(201, { orderId: id, userId, couponId, subtotal, discount, totalAmount: total })
}

export const refusedOrder = ({ code, detail, extra = {} }: Refused): Answer =>
  refusedAnswer(new RefusalError(code, detail, { extra }))
