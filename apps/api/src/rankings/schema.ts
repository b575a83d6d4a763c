import { z } from "zod"
import { Id, pageSize } from "../http/fields.ts"

export const MAX_RANKED = 100

export const RankedProduct = z
  .object({
    productId: Id,
    name: z.string().meta({ description: "The product's name now", example: "p1" }),
    soldQty: z.int().meta({
      description:
        "Units sold today and on the two days before; a day is a UTC day, and an order's is that of its createdAt",
      example: 1500,
    }),
  })
  .meta({ id: "RankedProduct" })
export type RankedProduct = z.infer<typeof RankedProduct>

export const Ranking = z.array(RankedProduct).meta({ id: "Ranking", description: "Best sellers first" })

export const RankingQuery = z.object({ limit: pageSize({ standard: 5, max: MAX_RANKED }) })
