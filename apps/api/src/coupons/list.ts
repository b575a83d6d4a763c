import { Refusal } from "../errors.ts"
import type { Clock } from "../infra/clock.ts"
import type { Db } from "../infra/db.ts"
import type { Users } from "../users/service.ts"
import type { Coupon, CouponsQuery } from "./schema.ts"

const BASIS_POINTS = 10_000

/** A user's coupons, oldest first: those that can be used now, or every one. */
export function createCouponList({ db, users, clock }: { db: Db; users: Users; clock: Clock }) {
  return async (userId: number, { status, limit, after }: CouponsQuery): Promise<Coupon[]> => {
    const usable = { usedAt: null, expiresAt: { gt: clock() } }
    const rows = await db.coupon.findMany({
      where: {
        userId,
        ...(after !== undefined && { id: { gt: after } }),
        ...(status === "usable" && usable),
      },
      orderBy: { id: "asc" },
      take: limit,
    })
    if (rows.length === 0 && !(await users.exists(userId))) {
      throw new Refusal("USER_NOT_FOUND", `There is no user ${userId}`)
    }
    return rows.map((row) => ({
      couponId: row.id,
      policyId: row.policyId,
      discount: row.discountRateBp > 0 ? 0 : Number(row.discountAmount),
      discountRate: row.discountRateBp / BASIS_POINTS,
      issuedAt: row.issuedAt.toISOString(),
      expiresAt: row.expiresAt.toISOString(),
      usedAt: row.usedAt?.toISOString() ?? null,
    }))
  }
}
