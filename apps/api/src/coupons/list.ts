import { RefusalError } from "../errors.ts"
import { hidden, pgArray } from "../infra/db.ts"
import type { Db, Statements } from "../infra/db.ts"
import { createSharedRead } from "../infra/shared-read.ts"
import type { Users } from "../users/service.ts"
import { fromBasisPoints } from "./discount-rate.ts"
import type { Coupon, CouponsQuery } from "./schema.ts"

// Longer lists are read alone: a user with few coupons does not wait for one with a thousand.
const SHORT = 100

type CouponRow = {
  id: number
  policyId: number
  discountAmount: bigint | number
  discountRateBp: number
  issuedAt: Date
  expiresAt: Date
  usedAt: Date | null
}

type Asked = { userId: number; limit: number; after: number }
type ListDeps = { db: Db; users: Users; maxQueued: number }

/** A user's coupons, oldest first: those that can be used now, or every one. */
export function createCouponList({ db, users, maxQueued }: ListDeps) {
  const readUsable = createSharedRead<Asked, CouponRow[]>({
    read: (asked) => findUsable(db.raw, asked),
    missing: [],
    maxQueued,
  })

  async function read(userId: number, { status, limit, after = 0 }: CouponsQuery): Promise<CouponRow[]> {
    const asked = { userId, limit, after }
    if (status === "usable" && limit <= SHORT) return readUsable(asked)
    if (status === "usable") return (await findUsable(db.raw, [asked])).get(asked) ?? []
    return db.coupon.findMany({
      where: { userId, id: { gt: after } },
      orderBy: { id: "asc" },
      take: limit,
    })
  }

  return async (userId: number, query: CouponsQuery): Promise<Coupon[]> => {
    const rows = await read(userId, query)
    if (rows.length === 0 && !(await users.exists(userId))) {
      throw new RefusalError("USER_NOT_FOUND", `There is no user ${userId}`)
    }
    return rows.map(render)
  }
}

/** By the database's clock, as an order that uses one. */
async function findUsable(db: Statements, asked: readonly Asked[]): Promise<ReadonlyMap<Asked, CouponRow[]>> {
  const rows = await db.$queryRaw<(CouponRow & { nr: number })[]>`
    SELECT nr::int, c.id, policy_id AS "policyId", discount_amount::float8 AS "discountAmount",
           discount_rate_bp AS "discountRateBp", issued_at AS "issuedAt", expires_at AS "expiresAt", NULL AS "usedAt"
    FROM unnest(
      ${hidden(pgArray(asked.map(({ userId }) => userId)))}::int[],
      ${hidden(pgArray(asked.map(({ after }) => after)))}::int[],
      ${hidden(pgArray(asked.map(({ limit }) => limit)))}::int[]
    ) WITH ORDINALITY AS asked (user_id, after, most, nr)
    CROSS JOIN LATERAL (
      SELECT * FROM coupons
      WHERE coupons.user_id = asked.user_id AND id > after AND used_at IS NULL AND expires_at > now()
      ORDER BY id LIMIT most
    ) c
    ORDER BY nr, c.id`
  const found = new Map<Asked, CouponRow[]>()
  for (const { nr, ...row } of rows) {
    const one = asked[nr - 1]
    if (!one) throw new Error("A coupon was found whose user was not asked for")
    const list = found.get(one) ?? []
    list.push(row)
    found.set(one, list)
  }
  return found
}

function render(row: CouponRow): Coupon {
  return {
    couponId: row.id,
    policyId: row.policyId,
    discount: row.discountRateBp > 0 ? 0 : Number(row.discountAmount),
    discountRate: fromBasisPoints(row.discountRateBp),
    issuedAt: row.issuedAt.toISOString(),
    expiresAt: row.expiresAt.toISOString(),
    usedAt: row.usedAt?.toISOString() ?? null,
  }
}
