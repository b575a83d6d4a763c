import { z } from "zod"
import { Id, pageSize } from "../http/fields.ts"

export const RankedProduct = z
  .object({
    productId: Id,
    name: z.string().meta({ example: "p1" }),
    soldQty: z.int().meta({ description: "Units sold in the last 3 days", example: 1500 }),
  })
  .meta({ id: "RankedProduct" })
export type RankedProduct = z.infer<typeof RankedProduct>

export const Ranking = z.array(RankedProduct).meta({ id: "Ranking", description: "Best sellers first" })

export const RankingQuery = z.object({ limit: pageSize({ standard: 5, max: 100 }) })
