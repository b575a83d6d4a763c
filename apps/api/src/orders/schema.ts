import { z } from "zod"
import { printableText } from "../http/name.ts"
import { Id, IdText, LongIdText, Won, pageSize } from "../http/fields.ts"
import type { OrderCommand } from "./decide.ts"

const MAX_QUANTITY = 1_000
const MAX_LINES = 100

const Quantity = z.int().min(1).max(MAX_QUANTITY).meta({ description: "Units", example: 1 })
const OrderId = z.int().min(1).meta({ description: "An order's id", example: 1 })

/** POST /orders. Lines of one product are one line, so its quantity is judged after they are added up. */
export const OrderBody = z
  .object({
    userId: Id,
    couponId: Id.nullish().transform((id) => id ?? null),
    expectedTotal: z.int().min(0).optional().meta({
      description: "What the buyer expects to pay, after the discount; at another total nothing is bought",
      example: 8_000,
    }),
    items: z
      .array(z.object({ productId: Id, quantity: Quantity }))
      .min(1)
      .max(MAX_LINES)
      .transform(mergeLines)
      .refine((lines) => lines.every(({ quantity }) => quantity <= MAX_QUANTITY), {
        message: `must not ask for more than ${MAX_QUANTITY} of one product`,
      }),
  })
  .transform(({ userId, couponId, items, expectedTotal }): OrderCommand => ({
    userId,
    couponId,
    lines: items,
    expectedTotal,
  }))
  .meta({ id: "OrderRequest" })

/** One line per product, ascending by its id: the order in which stock is locked. */
function mergeLines(items: { productId: number; quantity: number }[]) {
  const quantities = new Map<number, number>()
  for (const { productId, quantity } of items) {
    quantities.set(productId, (quantities.get(productId) ?? 0) + quantity)
  }
  return [...quantities]
    .map(([productId, quantity]) => ({ productId, quantity }))
    .toSorted((a, b) => a.productId - b.productId)
}

export const PlacedOrder = z
  .object({
    orderId: OrderId,
    userId: Id,
    couponId: Id.nullable(),
    subtotal: Won,
    discount: Won,
    totalAmount: Won.meta({ description: "What was paid: subtotal - discount" }),
  })
  .meta({ id: "PlacedOrder" })

const Status = z.enum(["placed", "cancelled"])

export const CancelBody = z
  .object({
    reason: printableText(500)
      .optional()
      .meta({ description: "Why it was cancelled, for the record", example: "Ordered twice" }),
  })
  .meta({ id: "CancelRequest" })

export const CancelledOrder = z
  .object({
    orderId: OrderId,
    status: z.literal("cancelled"),
    refunded: Won.meta({ description: "What was paid, and is back on the balance" }),
  })
  .meta({ id: "CancelledOrder" })

export const Order = PlacedOrder.extend({
  status: Status,
  cancelledAt: z.iso.datetime().optional(),
  cancelReason: z.string().optional(),
  items: z.array(z.object({ productId: Id, quantity: Quantity, price: Won })),
  createdAt: z.iso.datetime(),
}).meta({ id: "Order" })

export const OrderPage = z
  .object({
    orders: z.array(Order),
    next: OrderId.nullable().meta({
      description: "Ask with `before` = this for older ones; null at the end",
    }),
  })
  .meta({ id: "OrderPage" })

export const OrderPath = z.object({ id: LongIdText })
export const UserPath = z.object({ id: IdText })
export const OrderPageQuery = z.object({
  limit: pageSize({ standard: 20, max: 100 }),
  before: LongIdText.optional().meta({ description: "Only orders older than this one" }),
})
export type OrderPageQuery = z.infer<typeof OrderPageQuery>
