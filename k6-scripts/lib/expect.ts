import { check } from "k6"
import type { RefinedResponse } from "k6/http"

import { membersOf } from "./api/body.ts"

/** Ends one visit: its check is already recorded, and what would follow means nothing. */
export class VisitAbandonedError extends Error {
  override readonly name = "VisitAbandonedError"
}

type Answer = RefinedResponse<"text">

/** Records the check `claim`, and goes on either way. */
export function expect(claim: string, holds: boolean): boolean {
  return check(holds, { [claim]: (value) => value })
}

/** Records the check `claim` about an answer; when it does not hold, also one that says what came instead. */
export function expectAnswer(claim: string, answer: Answer, holds: boolean): boolean {
  if (!expect(claim, holds)) expect(`${claim} - got ${nameOf(answer)}`, false)
  return holds
}

/** As expectAnswer; when the claim does not hold, the visit ends here. */
export function mustAnswer(claim: string, answer: Answer, holds: boolean): void {
  if (!expectAnswer(claim, answer, holds)) throw new VisitAbandonedError(claim)
}

function nameOf(answer: Answer): string {
  if (answer.status === 0) return `no answer, k6 error ${answer.error_code}`
  const { code } = membersOf(answer)
  return typeof code === "string" ? `${answer.status} ${code}` : String(answer.status)
}
