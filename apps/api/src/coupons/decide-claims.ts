export type Policy = {
  id: number
  total: number
  claimed: number
  perUserLimit: number | null
  /** Milliseconds since 1970; the window is half open. */
  startsAt: number
  endsAt: number
  closed: boolean
}

export type Claim = { claimId: string; policyId: number; userId: number }

/** What PostgreSQL holds, read after the policies were locked; `known` claims wait or are coupons already. */
export type ClaimRows = {
  policies: ReadonlyMap<number, Policy>
  missingUsers: ReadonlySet<number>
  known: ReadonlyMap<string, Claim>
  /** The highest ordinal of a holder; 0, or no entry, for a user without a coupon of the policy. */
  ordinals: ReadonlyMap<string, number>
}

export type RefusedOutcome =
  | "mismatch"
  | "policy_not_found"
  | "not_open"
  | "sold_out"
  | "user_not_found"
  | "limit_reached"

export type Decision<C extends Claim> =
  | { outcome: "accepted"; claim: C; userOrdinal: number }
  | { outcome: "repeated" | RefusedOutcome; claim: C }

export const holderKey = ({ policyId, userId }: { policyId: number; userId: number }) =>
  `${policyId}:${userId}`

/** Decides claims in their order, each knowing what the ones before it took. `now` in ms since 1970. */
export function decideClaims<C extends Claim>(
  claims: readonly C[],
  rows: ClaimRows,
  now: number,
): Decision<C>[] {
  const policies = new Map([...rows.policies].map(([id, policy]) => [id, { ...policy }]))
  const known = new Map<string, Claim>(rows.known)
  const ordinals = new Map(rows.ordinals)

  function decide(claim: C): Decision<C> {
    const first = known.get(claim.claimId)
    if (first) return { outcome: isSame(first, claim) ? "repeated" : "mismatch", claim }
    const userOrdinal = (ordinals.get(holderKey(claim)) ?? 0) + 1
    const policy = policies.get(claim.policyId)
    const refused = refusal(policy, { now, userOrdinal, missing: rows.missingUsers.has(claim.userId) })
    if (policy === undefined || refused !== undefined)
      return { outcome: refused ?? "policy_not_found", claim }
    policy.claimed++
    known.set(claim.claimId, claim)
    ordinals.set(holderKey(claim), userOrdinal)
    return { outcome: "accepted", claim, userOrdinal }
  }

  return claims.map(decide)
}

type Asked = { now: number; userOrdinal: number; missing: boolean }

/** Sold out comes before what concerns the user alone, as the fast refusals contain only that. */
function refusal(
  policy: Policy | undefined,
  { now, userOrdinal, missing }: Asked,
): RefusedOutcome | undefined {
  if (policy === undefined) return "policy_not_found"
  if (policy.closed || now < policy.startsAt || now >= policy.endsAt) return "not_open"
  if (policy.claimed >= policy.total) return "sold_out"
  if (missing) return "user_not_found"
  if (policy.perUserLimit !== null && userOrdinal > policy.perUserLimit) return "limit_reached"
  return undefined
}

export const isSame = (a: Claim, b: Claim) => a.policyId === b.policyId && a.userId === b.userId
