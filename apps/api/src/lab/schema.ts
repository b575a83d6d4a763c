import { z } from "zod"
import { DiscountRate, toBasisPoints } from "../coupons/discount-rate.ts"

const MAX_WON = 1_000_000_000
const MAX_UNITS = 1_000_000_000
const MAX_COUPONS = 10_000_000

const amount = (standard: number, max: number) => z.int().min(0).max(max).default(standard)

/** What the shop is seeded with. Every field is optional; an unknown one is refused. */
export const SeedRequest = z
  .strictObject({
    users: amount(300, 100_000).meta({ description: "Named u1, u2, ..., each with a balance of 0" }),
    products: amount(5, 1_000).meta({ description: "Named p1, p2, ..." }),
    price: amount(2_000, MAX_WON).meta({ description: "Of each product, in won" }),
    stock: amount(2_000_000, MAX_UNITS).meta({ description: "Of each product" }),
    policies: amount(5, 1_000).meta({ description: "Coupon policies" }),
    couponsPerPolicy: amount(200_000, MAX_COUPONS),
    perUserLimit: z
      .int()
      .min(1)
      .max(MAX_COUPONS)
      .nullable()
      .default(null)
      .meta({ description: "Coupons of one policy a user may have" }),
    discountAmount: amount(2_000, MAX_WON).meta({
      description: "Whole won off; counts while discountRate is 0",
    }),
    discountRate: DiscountRate,
    expireDays: z.int().min(1).max(3_650).default(7),
    topSold: z.array(z.int().min(0).max(MAX_UNITS)).max(1_000).optional().meta({
      description: "Units of p1, p2, ... sold on each of the last 3 days, in the realtime ranking only",
    }),
  })
  .refine(({ topSold, products }) => (topSold?.length ?? 0) <= products, {
    path: ["topSold"],
    message: "must not have more entries than there are products",
  })
  .transform(({ topSold, discountRate, ...rest }) => ({
    ...rest,
    discountRateBp: toBasisPoints(discountRate),
    topSold: topSold ?? [500, 400, 300, 200, 100].slice(0, rest.products),
  }))
  .meta({ id: "SeedRequest" })
export type SeedRequest = z.infer<typeof SeedRequest>

export const SeedResult = z
  .object({
    message: z.string(),
    policyIds: z.array(z.int()),
    productIds: z.array(z.int()),
    users: z.int(),
    epoch: z.uuid().meta({ description: "The identity of this seeding" }),
  })
  .meta({ id: "SeedResult" })
