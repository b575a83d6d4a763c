import { RefusalError } from "../errors.ts"
import { jsonAnswer, refusedAnswer } from "../idempotency/answer.ts"
import type { Answer } from "../idempotency/answer.ts"
import type { Decided, OrderCommand } from "./decide.ts"

/** What the client hears of a decided order; `id` counts only when it was placed. */
export function orderAnswer(id: number, decided: Decided<OrderCommand>): Answer {
  if (decided.outcome === "refused") {
    return refusedAnswer(new RefusalError(decided.refused.code, decided.refused.detail))
  }
  const { userId, couponId } = decided.order
  const { subtotal, discount, total } = decided.placed
  return jsonAnswer(201, { orderId: id, userId, couponId, subtotal, discount, totalAmount: total })
}
