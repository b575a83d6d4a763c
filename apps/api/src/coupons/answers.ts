import { RefusalError } from "../errors.ts"
import { jsonAnswer, mismatchAnswer, refusedAnswer } from "../idempotency/answer.ts"
import type { Answer } from "../idempotency/answer.ts"
import type { Claim, Decision, RefusedOutcome } from "./decide-claims.ts"
import type { AcceptedClaim } from "./schema.ts"

/** The operation of a claim among those that take an Idempotency-Key. */
export const CLAIM_OPERATION = "coupons"

/** The bytes of a 201: made of the row alone, so that a repeat gets the same from a claim or its coupon. */
export function acceptedAnswer({ claimId, userId, policyId }: Claim): Answer {
  return jsonAnswer(201, { claimId, userId, policyId, status: "accepted" } satisfies AcceptedClaim)
}

export function claimAnswer({ outcome, claim }: Decision<Claim>): Answer {
  return outcome === "accepted" || outcome === "repeated"
    ? acceptedAnswer(claim)
    : refusedClaim(outcome, claim)
}

export function refusedClaim(outcome: RefusedOutcome, claim: Omit<Claim, "claimId">): Answer {
  return outcome === "mismatch" ? mismatchAnswer() : refusedAnswer(refusalOf(outcome, claim))
}

function refusalOf(
  outcome: Exclude<RefusedOutcome, "mismatch">,
  { policyId, userId }: Omit<Claim, "claimId">,
): RefusalError {
  const refusals = {
    policy_not_found: () => new RefusalError("POLICY_NOT_FOUND", `There is no policy ${policyId}`),
    not_open: () => new RefusalError("POLICY_NOT_OPEN", `Policy ${policyId} gives no coupons at this time`),
    sold_out: () => new RefusalError("COUPON_SOLD_OUT", `Every coupon of policy ${policyId} is taken`),
    user_not_found: () => new RefusalError("USER_NOT_FOUND", `User ${userId} does not exist`),
    limit_reached: () =>
      new RefusalError("COUPON_LIMIT_REACHED", `This user has every coupon that policy ${policyId} allows`),
  }
  return refusals[outcome]()
}
