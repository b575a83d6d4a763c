import { z } from "zod"
import { Id, IdText, Won, pageSize } from "../http/fields.ts"

export const ClaimQuery = z.object({ userId: IdText, policyId: IdText })

export const AcceptedClaim = z
  .object({
    claimId: z.uuid().meta({ description: "Names this claim for good" }),
    userId: Id,
    policyId: Id,
    status: z.literal("accepted"),
  })
  .meta({ id: "AcceptedClaim" })
export type AcceptedClaim = z.infer<typeof AcceptedClaim>

export const Coupon = z
  .object({
    couponId: Id,
    policyId: Id,
    discount: Won.meta({ description: "Whole won off; 0 when a rate counts instead" }),
    discountRate: z.number().min(0).max(1).meta({ description: "Share of the subtotal off", example: 0 }),
    issuedAt: z.iso.datetime(),
    expiresAt: z.iso.datetime(),
    usedAt: z.iso.datetime().nullable(),
  })
  .meta({ id: "Coupon" })
export type Coupon = z.infer<typeof Coupon>

export const CouponList = z.array(Coupon).meta({ id: "CouponList" })

export const CouponPath = z.object({ id: IdText })

export const CouponsQuery = z.object({
  status: z.enum(["usable", "all"]).default("usable"),
  limit: pageSize({ standard: 100, max: 1_000 }),
  after: IdText.optional().meta({ description: "Only coupons with a higher id" }),
})
export type CouponsQuery = z.infer<typeof CouponsQuery>
