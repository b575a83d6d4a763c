import { RefusalError } from "../errors.ts"
import type { Db } from "../infra/db.ts"
import type { ProductsQuery } from "./schema.ts"

type Row = { id: number; name: string; price: bigint; stock: bigint }

const toProduct = ({ id, name, price, stock }: Row) => ({
  productId: id,
  name,
  price: Number(price),
  stock: Number(stock),
})

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
      if (!row) throw new RefusalError("PRODUCT_NOT_FOUND", `There is no product ${id}`)
      return toProduct(row)
    },
  }
}

export type Products = ReturnType<typeof createProducts>
