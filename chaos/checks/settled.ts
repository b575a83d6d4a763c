import type { Journal } from "../client/journal.ts"
import type { Violation } from "./violation.ts"

/** Effects of which nobody knows whether they happened, although the service is back. */
export function checkSettled(journal: Pick<Journal, "unsettled">): Violation[] {
  return journal.unsettled().map(({ effect, open }) => ({
    check: "settled",
    detail: `the ${effect.kind} ${effect.key} is still open: ${open.at(-1)?.reason ?? "never sent"}`,
  }))
}

/** Server errors that were sent to a client. */
export function checkAnswers({ scandals }: Pick<Journal, "scandals">): Violation[] {
  return scandals.map(({ key, status, body }) => ({
    check: "answers",
    detail: `${key} was answered ${status}: ${body.slice(0, 200)}`,
  }))
}
