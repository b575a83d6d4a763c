import type { z } from "zod"
import { RefusalError } from "../errors.ts"
import type { Db } from "../infra/db.ts"
import type { Order as OrderRow, OrderLine } from "../generated/prisma/client.ts"
import type { Order, OrderPage, OrderPageQuery } from "./schema.ts"

/** Reads of orders, newest first, from the pool for reads. */
export function createOrderReads({ db }: { db: Db }) {
  async function withItems(orders: OrderRow[]): Promise<z.infer<typeof Order>[]> {
    const lines = await db.orderLine.findMany({
      where: { orderId: { in: orders.map(({ id }) => id) } },
      orderBy: { productId: "asc" },
    })
    return orders.map((order) =>
      render(
        order,
        lines.filter(({ orderId }) => orderId === order.id),
      ),
    )
  }

  return {
    async find(id: number): Promise<z.infer<typeof Order>> {
      const order = await db.order.findUnique({ where: { id } })
      const [found] = await withItems(order ? [order] : [])
      if (!found) throw orderNotFound(id)
      return found
    },

    async page(userId: number, { limit, before }: OrderPageQuery): Promise<z.infer<typeof OrderPage>> {
      const orders = await db.order.findMany({
        where: { userId, ...(before !== undefined && { id: { lt: before } }) },
        orderBy: { id: "desc" },
        take: limit + 1,
      })
      if (orders.length === 0) await requireUser(db, userId)
      const page = orders.slice(0, limit)
      return { orders: await withItems(page), next: orders.length > limit ? Number(page.at(-1)?.id) : null }
    },
  }
}

export const orderNotFound = (id: number) => new RefusalError("ORDER_NOT_FOUND", `Order ${id} does not exist`)

/** A user without orders and a user who does not exist are different answers. */
async function requireUser(db: Db, id: number): Promise<void> {
  const user = await db.user.findUnique({ where: { id }, select: { id: true } })
  if (!user) throw new RefusalError("USER_NOT_FOUND", `User ${id} does not exist`)
}

function render(order: OrderRow, lines: OrderLine[]): z.infer<typeof Order> {
  return {
    orderId: Number(order.id),
    userId: order.userId,
    couponId: order.couponId,
    subtotal: Number(order.subtotal),
    discount: Number(order.discount),
    totalAmount: Number(order.total),
    items: lines.map(({ productId, quantity, unitPrice }) => ({
      productId,
      quantity,
      price: Number(unitPrice),
    })),
    createdAt: order.createdAt.toISOString(),
    status: order.cancelledAt ? "cancelled" : "placed",
    ...(order.cancelledAt && { cancelledAt: order.cancelledAt.toISOString() }),
    ...(order.cancelReason !== null && { cancelReason: order.cancelReason }),
  }
}
