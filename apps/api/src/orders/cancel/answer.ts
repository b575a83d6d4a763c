import { jsonAnswer } from "../../idempotency/answer.ts"
import type { Answer } from "../../idempotency/answer.ts"

/** The bytes of a 200: made of the order's id and price alone, so that every repeat gets the same. */
export const cancelledAnswer = ({ id, total }: { id: number; total: number }): Answer =>
  jsonAnswer(200, { orderId: id, status: "cancelled", refunded: total })
