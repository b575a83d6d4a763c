import type { PendingClaim } from "./pending.ts"

const DAY_MS = 86_400_000

export type Policy = {
  id: number
  total: number
  issued: number
  perUserLimit: number | null
  discountAmount: number
  discountRateBp: number
  expireDays: number
}

/** What PostgreSQL holds already, read after the policies were locked. */
export type Granted = { claimIds: ReadonlySet<string>; ordinals: ReadonlyMap<string, number> }

export type NewCoupon = {
  claimId: string
  policyId: number
  userId: number
  userOrdinal: number
  discountAmount: number
  discountRateBp: number
  issuedAt: Date
  expiresAt: Date
}

export type GrantOutcome = "granted" | "repeated" | "policy_gone" | "over_total" | "over_limit"

export type Decision = { claim: PendingClaim; outcome: GrantOutcome; coupon?: NewCoupon }

export const holderKey = ({ policyId, userId }: { policyId: number; userId: number }) =>
  `${policyId}:${userId}`

/** Decides accepted claims in their order: each becomes one coupon, once, and never one more than the policy allows. */
export function decideGrants(claims: PendingClaim[], policies: Policy[], granted: Granted): Decision[] {
  const policyById = new Map(policies.map((policy) => [policy.id, { ...policy }]))
  const seen = new Set(granted.claimIds)
  const ordinals = new Map(granted.ordinals)
  return claims.map((claim) => {
    if (seen.has(claim.claimId)) return { claim, outcome: "repeated" }
    const policy = policyById.get(claim.policyId)
    if (!policy) return { claim, outcome: "policy_gone" }
    const ordinal = (ordinals.get(holderKey(claim)) ?? 0) + 1
    if (policy.issued >= policy.total) return { claim, outcome: "over_total" }
    if (policy.perUserLimit !== null && ordinal > policy.perUserLimit) return { claim, outcome: "over_limit" }
    policy.issued++
    seen.add(claim.claimId)
    ordinals.set(holderKey(claim), ordinal)
    return { claim, outcome: "granted", coupon: couponOf(claim, policy, ordinal) }
  })
}

function couponOf(claim: PendingClaim, policy: Policy, userOrdinal: number): NewCoupon {
  return {
    claimId: claim.claimId,
    policyId: claim.policyId,
    userId: claim.userId,
    userOrdinal,
    discountAmount: policy.discountAmount,
    discountRateBp: policy.discountRateBp,
    issuedAt: new Date(claim.claimedAt),
    expiresAt: new Date(claim.claimedAt + policy.expireDays * DAY_MS),
  }
}
