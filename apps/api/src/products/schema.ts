import { z } from "zod"
import { Id, IdText, Won, pageSize } from "../http/fields.ts"

export const Product = z
  .object({
    productId: Id,
    name: z.string().meta({ example: "p1" }),
    price: Won,
    stock: z.int().min(0).meta({ description: "Units left", example: 2_000_000 }),
    startsAt: z.iso.datetime().optional().meta({ description: "When its sale begins: from this instant on" }),
    endsAt: z.iso.datetime().optional().meta({ description: "When its sale ends: this instant is too late" }),
    maxPerUser: z.int().min(1).optional().meta({
      description: "Units that the orders of one user may have, apart from cancelled ones",
      example: 2,
    }),
    closed: z.literal(true).optional().meta({ description: "Nothing of it is sold" }),
  })
  .meta({ id: "Product" })

export const ProductList = z.array(Product).meta({ id: "ProductList" })

export const ProductPath = z.object({ id: IdText })

export const ProductsQuery = z.object({
  limit: pageSize({ standard: 1_000, max: 1_000 }),
  after: IdText.optional().meta({ description: "Only products with a higher id" }),
})
export type ProductsQuery = z.infer<typeof ProductsQuery>
