import { check } from "k6"

/** Ends one visit: its check is already recorded, and what would follow means nothing. */
export class VisitAbandoned extends Error {
  override readonly name = "VisitAbandoned"
}

/** Records the check `claim`, and goes on either way. */
export function expect(claim: string, holds: boolean): boolean {
  return check(holds, { [claim]: (value) => value })
}

/** Records the check `claim`; when it does not hold, the visit ends here. */
export function must(claim: string, holds: boolean): void {
  if (!expect(claim, holds)) throw new VisitAbandoned(claim)
}
