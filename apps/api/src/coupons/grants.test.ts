import { describe, expect, it } from "vitest"
import { decideGrants } from "./grants.ts"
import type { Policy } from "./grants.ts"
import { isBefore } from "./pending.ts"
import type { PendingClaim } from "./pending.ts"

const policy = (changes: Partial<Policy> = {}): Policy => ({
  id: 1,
  total: 10,
  issued: 0,
  perUserLimit: null,
  discountAmount: 2_000,
  discountRateBp: 0,
  expireDays: 7,
  ...changes,
})

const claim = (claimId: string, changes: Partial<PendingClaim> = {}): PendingClaim => ({
  claimId,
  entryId: `${claimId}-0`,
  policyId: 1,
  userId: 1,
  claimedAt: 1_000,
  hash: "",
  key: "",
  ...changes,
})

const nothing = { claimIds: new Set<string>(), ordinals: new Map<string, number>() }
const outcomes = (...args: Parameters<typeof decideGrants>) =>
  decideGrants(...args).map(({ outcome }) => outcome)

describe("deciding accepted claims", () => {
  it("grants each as the user's next coupon, with the terms of the policy", () => {
    const granted = { ...nothing, ordinals: new Map([["1:1", 4]]) }
    const decided = decideGrants([claim("a"), claim("b"), claim("c", { userId: 2 })], [policy()], granted)
    expect(decided.map(({ coupon }) => coupon?.userOrdinal)).toEqual([5, 6, 1])
    expect(decided[0]?.coupon).toMatchObject({
      issuedAt: new Date(1_000),
      expiresAt: new Date(1_000 + 7 * 86_400_000),
      discountAmount: 2_000,
    })
  })

  it("grants a claim once, whether it came before or stands twice in the list", () => {
    const granted = { ...nothing, claimIds: new Set(["old"]) }
    const claims = [claim("old"), claim("new"), claim("new")]
    expect(outcomes(claims, [policy()], granted)).toEqual(["repeated", "granted", "repeated"])
  })

  it("never goes past the total, also within one chunk", () => {
    const claims = [claim("a"), claim("b", { userId: 2 })]
    expect(outcomes(claims, [policy({ issued: 9 })], nothing)).toEqual(["granted", "over_total"])
  })

  it("never goes past a user's limit, also within one chunk", () => {
    const claims = [claim("a"), claim("b"), claim("c", { userId: 2 })]
    expect(outcomes(claims, [policy({ perUserLimit: 1 })], nothing)).toEqual([
      "granted",
      "over_limit",
      "granted",
    ])
  })

  it("drops what belongs to a policy that is gone", () => {
    expect(outcomes([claim("a", { policyId: 2 })], [policy()], nothing)).toEqual(["policy_gone"])
  })
})

describe("the order of entries", () => {
  it.each([
    ["1-0", "2-0", true],
    ["2-0", "1-9", false],
    ["9-0", "10-0", true],
    ["5-2", "5-10", true],
    ["5-2", "5-2", false],
  ])("is that of their numbers: %s before %s is %s", (a, b, before) => {
    expect(isBefore(a, b)).toBe(before)
  })
})
