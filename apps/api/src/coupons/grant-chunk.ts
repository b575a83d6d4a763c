import type { Tx } from "../infra/db.ts"
import type { Epoch } from "../infra/keys.ts"
import { lockShopShared } from "../shop/epoch.ts"
import { CLAIM_OPERATION, acceptedAnswer } from "./answers.ts"
import { decideGrants, holderKey } from "./grants.ts"
import type { Decision, Granted, NewCoupon, Policy } from "./grants.ts"
import type { PendingClaim } from "./pending.ts"

/** Grants accepted claims in one transaction. Undefined when the shop was refilled meanwhile: they died with the old one. */
export async function grantChunk(
  tx: Tx,
  epoch: Epoch,
  claims: PendingClaim[],
): Promise<Decision[] | undefined> {
  if ((await lockShopShared(tx)) !== epoch) return undefined
  const policies = await lockPolicies(tx, claims)
  const decisions = decideGrants(claims, policies, await findGranted(tx, claims))
  await insertCoupons(
    tx,
    decisions.flatMap(({ coupon }) => coupon ?? []),
  )
  await keepAnswers(tx, decisions)
  return decisions
}

function lockPolicies(tx: Tx, claims: PendingClaim[]): Promise<Policy[]> {
  const ids = `{${[...new Set(claims.map(({ policyId }) => policyId))].join()}}`
  return tx.$queryRaw<Policy[]>`
    SELECT id, total, issued, per_user_limit AS "perUserLimit", discount_amount::float8 AS "discountAmount",
           discount_rate_bp AS "discountRateBp", expire_days AS "expireDays"
    FROM coupon_policies WHERE id = ANY (${ids}::int[]) ORDER BY id FOR NO KEY UPDATE`
}

type Known = { claimId: string | null; policyId: number; userId: number; ordinal: number }

async function findGranted(tx: Tx, claims: PendingClaim[]): Promise<Granted> {
  const asked = JSON.stringify(claims.map(({ claimId, policyId, userId }) => ({ claimId, policyId, userId })))
  const known = await tx.$queryRaw<Known[]>`
    WITH asked AS (SELECT * FROM jsonb_to_recordset(${asked}::jsonb) AS t ("claimId" uuid, "policyId" int, "userId" int))
    SELECT claim_id AS "claimId", policy_id AS "policyId", user_id AS "userId", 0 AS ordinal
    FROM coupons WHERE claim_id IN (SELECT "claimId" FROM asked)
    UNION ALL
    SELECT NULL, policy_id, user_id, max(user_ordinal)
    FROM coupons WHERE (policy_id, user_id) IN (SELECT "policyId", "userId" FROM asked) GROUP BY policy_id, user_id`
  return {
    claimIds: new Set(known.flatMap(({ claimId }) => claimId ?? [])),
    ordinals: new Map(
      known.flatMap((row) => (row.claimId === null ? [[holderKey(row), row.ordinal] as const] : [])),
    ),
  }
}

/** The count of a policy moves in the statement that inserts its coupons; its CHECK is the last guard of the total. */
async function insertCoupons(tx: Tx, coupons: NewCoupon[]): Promise<void> {
  if (coupons.length === 0) return
  await tx.$executeRaw`
    WITH granted AS (
      INSERT INTO coupons
        (policy_id, user_id, user_ordinal, claim_id, discount_amount, discount_rate_bp, issued_at, expires_at)
      SELECT "policyId", "userId", "userOrdinal", "claimId", "discountAmount", "discountRateBp", "issuedAt", "expiresAt"
      FROM jsonb_to_recordset(${JSON.stringify(coupons)}::jsonb) AS t
        ("policyId" int, "userId" int, "userOrdinal" int, "claimId" uuid, "discountAmount" bigint,
         "discountRateBp" int, "issuedAt" timestamptz, "expiresAt" timestamptz)
      RETURNING policy_id
    )
    UPDATE coupon_policies SET issued = issued + added
    FROM (SELECT policy_id, count(*) AS added FROM granted GROUP BY policy_id) counted WHERE id = policy_id`
}

async function keepAnswers(tx: Tx, decisions: Decision[]): Promise<void> {
  const data = decisions.flatMap(({ claim, outcome }) => {
    if (claim.key === "" || (outcome !== "granted" && outcome !== "repeated")) return []
    const { status, body } = acceptedAnswer(claim)
    return { operation: CLAIM_OPERATION, key: claim.key, requestHash: claim.hash, status, body }
  })
  if (data.length > 0) await tx.idempotencyKey.createMany({ data, skipDuplicates: true })
}
