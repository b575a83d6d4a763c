import type { z } from "zod"
import { RefusalError } from "../errors.ts"
import { oneRow, sql } from "../infra/db.ts"
import type { Db, Sql } from "../infra/db.ts"
import type { Order, OrderPage, OrderPageQuery } from "./schema.ts"

/** As PostgreSQL makes it: times are RFC 3339, money and ids JSON numbers. */
type Row = Omit<z.infer<typeof Order>, "status" | "cancelledAt" | "cancelReason"> & {
  cancelledAt: string | null
  cancelReason: string | null
}

const iso = (column: Sql) => sql`to_char(${column} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`

/** Reads of orders, newest first, from the pool for reads. */
export function createOrderReads({ db }: { db: Db }) {
  /** Orders with their lines in one value: rows and columns cost Prisma far more than JSON does. */
  async function read(which: Sql): Promise<z.infer<typeof Order>[]> {
    const { orders } = await oneRow<{ orders: Row[] }>(db)`
      SELECT coalesce(json_agg(o), '[]') AS orders FROM (
        SELECT id AS "orderId", user_id AS "userId", coupon_id AS "couponId", subtotal, discount, total AS "totalAmount",
               (SELECT coalesce(json_agg(l), '[]') FROM (
                  SELECT product_id AS "productId", quantity, unit_price AS price
                  FROM order_lines WHERE order_id = orders.id ORDER BY product_id) l) AS items,
               ${iso(sql`created_at`)} AS "createdAt", ${iso(sql`cancelled_at`)} AS "cancelledAt",
               cancel_reason AS "cancelReason"
        FROM orders WHERE ${which}) o`
    return orders.map(render)
  }

  return {
    async find(id: number): Promise<z.infer<typeof Order>> {
      const [found] = await read(sql`id = ${id}::bigint`)
      if (!found) throw orderNotFound(id)
      return found
    },

    async page(userId: number, { limit, before }: OrderPageQuery): Promise<z.infer<typeof OrderPage>> {
      const older = before === undefined ? sql`` : sql`AND id < ${before}::bigint`
      const orders = await read(sql`user_id = ${userId}::int ${older} ORDER BY id DESC LIMIT ${limit + 1}`)
      if (orders.length === 0) await requireUser(db, userId)
      const page = orders.slice(0, limit)
      const last = page.at(-1)
      return { orders: page, next: orders.length > limit && last ? last.orderId : null }
    },
  }
}

export const orderNotFound = (id: number) => new RefusalError("ORDER_NOT_FOUND", `Order ${id} does not exist`)

/** A user without orders and a user who does not exist are different answers. */
async function requireUser(db: Db, id: number): Promise<void> {
  const [user] = await db.raw.$queryRaw<object[]>`SELECT FROM users WHERE id = ${id}::int`
  if (!user) throw new RefusalError("USER_NOT_FOUND", `User ${id} does not exist`)
}

const render = ({ cancelledAt, cancelReason, ...order }: Row): z.infer<typeof Order> => ({
  ...order,
  status: cancelledAt === null ? "placed" : "cancelled",
  ...(cancelledAt !== null && { cancelledAt }),
  ...(cancelReason !== null && { cancelReason }),
})
