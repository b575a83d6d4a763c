import { describe, expect, it } from "vitest"
import { decideClaims, holderKey } from "./decide-claims.ts"
import type { Claim, ClaimRows, Policy } from "./decide-claims.ts"

const NOW = 1_000
const policy = (own: Partial<Policy> = {}): Policy => ({
  id: 1,
  total: 10,
  claimed: 0,
  perUserLimit: null,
  startsAt: 0,
  endsAt: 2_000,
  closed: false,
  ...own,
})

function rows({
  policies = [policy()],
  missing = [],
  known = [],
  held = [],
}: Partial<Given> = {}): ClaimRows {
  return {
    policies: new Map(policies.map((own) => [own.id, own])),
    missingUsers: new Set(missing),
    known: new Map(known.map((claim) => [claim.claimId, claim])),
    ordinals: new Map(held),
  }
}
type Given = { policies: Policy[]; missing: number[]; known: Claim[]; held: [string, number][] }

const claim = (claimId: string, userId = 1, policyId = 1): Claim => ({ claimId, userId, policyId })
const outcomes = (claims: Claim[], given?: Partial<Given>, now = NOW) =>
  decideClaims(claims, rows(given), now).map(({ outcome }) => outcome)

describe("deciding claims", () => {
  it("accepts as many as the total leaves, in their order", () => {
    const claims = [claim("a"), claim("b", 2), claim("c", 3)]
    expect(outcomes(claims, { policies: [policy({ total: 5, claimed: 3 })] })).toEqual([
      "accepted",
      "accepted",
      "sold_out",
    ])
  })

  it("counts a user's ordinals on from what he holds, and stops at the limit", () => {
    const given = {
      policies: [policy({ perUserLimit: 3 })],
      held: [[holderKey({ policyId: 1, userId: 1 }), 1]] as [string, number][],
    }
    const decisions = decideClaims([claim("a"), claim("b"), claim("c"), claim("d", 2)], rows(given), NOW)
    expect(decisions).toMatchObject([
      { outcome: "accepted", userOrdinal: 2 },
      { outcome: "accepted", userOrdinal: 3 },
      { outcome: "limit_reached" },
      { outcome: "accepted", userOrdinal: 1 },
    ])
  })

  it("accepts an identity once, and distinguishes a repeat from another payload", () => {
    expect(outcomes([claim("a"), claim("a"), claim("a", 2)])).toEqual(["accepted", "repeated", "mismatch"])
    const known = [claim("a")]
    const soldOut = [policy({ claimed: 10 })]
    expect(outcomes([claim("a"), claim("a", 2)], { known, policies: soldOut })).toEqual([
      "repeated",
      "mismatch",
    ])
  })

  it("refuses an unknown policy, and one that is not open", () => {
    expect(outcomes([claim("a", 1, 2)])).toEqual(["policy_not_found"])
    expect(outcomes([claim("a")], {}, -1)).toEqual(["not_open"])
    expect(outcomes([claim("a")], {}, 0)).toEqual(["accepted"])
    expect(outcomes([claim("a")], {}, 2_000)).toEqual(["not_open"])
  })

  it("refuses an unknown user, after it is known that there are coupons at all", () => {
    expect(outcomes([claim("a")], { missing: [1] })).toEqual(["user_not_found"])
    expect(outcomes([claim("a")], { missing: [1], policies: [policy({ total: 0 })] })).toEqual(["sold_out"])
  })

  it("does not count a claim that it refuses", () => {
    const given = { missing: [1], policies: [policy({ total: 1 })] }
    expect(outcomes([claim("a"), claim("b", 2), claim("c", 3)], given)).toEqual([
      "user_not_found",
      "accepted",
      "sold_out",
    ])
  })
})
