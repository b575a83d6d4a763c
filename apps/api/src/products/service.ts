import type { z } from "zod"
import { RefusalError } from "../errors.ts"
import type { Product as Row } from "../generated/prisma/client.ts"
import type { Db } from "../infra/db.ts"
import type { Product, ProductsQuery } from "./schema.ts"

/** A product as it is shown; its sale terms only where they are set. */
export function toProduct(row: Row): z.infer<typeof Product> {
  const { id, name, price, stock, startsAt, endsAt, maxPerUser, closed } = row
  return {
    productId: id,
    name,
    price: Number(price),
    stock: Number(stock),
    ...(startsAt && { startsAt: startsAt.toISOString() }),
    ...(endsAt && { endsAt: endsAt.toISOString() }),
    ...(maxPerUser !== null && { maxPerUser }),
    ...(closed && { closed }),
  }
}

/** The products with their current stock. */
export function createProducts({ db }: { db: Db }) {
  return {
    async list({ limit, after }: ProductsQuery) {
      const where = after === undefined ? {} : { id: { gt: after } }
      const rows = await db.product.findMany({ where, orderBy: { id: "asc" }, take: limit })
      return rows.map(toProduct)
    },

    async one(id: number) {
      const row = await db.product.findUnique({ where: { id } })
      if (!row) throw productNotFound(id)
      return toProduct(row)
    },
  }
}

export const productNotFound = (id: number) =>
  new RefusalError("PRODUCT_NOT_FOUND", `There is no product ${id}`)

export type Products = ReturnType<typeof createProducts>
