import { RefusalError } from "../errors.ts"
import { jsonAnswer, refusedAnswer } from "../idempotency/answer.ts"
import type { Answer } from "../idempotency/answer.ts"
import type { AcceptedClaim } from "./schema.ts"

/** The bytes of a 201: made of the claim alone, so that a repeat hears the same from Redis or PostgreSQL. */
export function acceptedAnswer({ claimId, userId, policyId }: Omit<AcceptedClaim, "status">): Answer {
  return jsonAnswer(201, { claimId, userId, policyId, status: "accepted" } satisfies AcceptedClaim)
}

/** The outcomes of the claim script that are an answer for good; a keyed repeat hears them again. */
export function refusedClaim(outcome: "SOLD_OUT" | "LIMIT_REACHED", policyId: number): Answer {
  return refusedAnswer(
    outcome === "SOLD_OUT"
      ? new RefusalError("COUPON_SOLD_OUT", `Every coupon of policy ${policyId} is taken`)
      : new RefusalError("COUPON_LIMIT_REACHED", `This user has every coupon that policy ${policyId} allows`),
  )
}

/** The operation of a claim among the idempotency keys. */
export const CLAIM_OPERATION = "coupons"
