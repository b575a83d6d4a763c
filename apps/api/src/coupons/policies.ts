import { RefusalError } from "../errors.ts"
import type { Db } from "../infra/db.ts"

/**
 * Changes how many coupons a policy gives. It never goes below what was accepted: TOTAL_BELOW_CLAIMED, and nothing is
 * changed; POLICY_NOT_FOUND for an unknown policy. Claims in progress wait for it, or it for them.
 */
export async function changeTotal(db: Db, policyId: number, total: number): Promise<void> {
  const changed = await db.$executeRaw`
    UPDATE coupon_policies SET total = ${total}::int WHERE id = ${policyId}::int AND claimed <= ${total}::int`
  if (changed === 1) return
  const policy = await db.couponPolicy.findUnique({ where: { id: policyId } })
  if (policy === null) throw new RefusalError("POLICY_NOT_FOUND", `There is no policy ${policyId}`)
  throw new RefusalError(
    "TOTAL_BELOW_CLAIMED",
    `Policy ${policyId} has promised ${policy.claimed} coupons, so its total cannot be ${total}`,
  )
}
