import { RefusalError } from "../errors.ts"
import { jsonAnswer, refusedAnswer } from "../idempotency/answer.ts"
import type { Answer } from "../idempotency/answer.ts"
import type { Decided, OrderCommand, Refused } from "./decide.ts"

type PlacedOrder = Extract<Decided<OrderCommand>, { outcome: "placed" }>

export const refusedOrderAnswer = ({ code, detail }: Refused): Answer =>
  refusedAnswer(new RefusalError(code, detail))

export function placedOrderAnswer(id: number, { order, placed }: PlacedOrder): Answer {
  const { userId, couponId } = order
  const { subtotal, discount, total } = placed
  return jsonAnswer(201, { orderId: id, userId, couponId, subtotal, discount, totalAmount: total })
}
