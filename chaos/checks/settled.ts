import type { Journal } from "../client/journal.ts"
import type { Violation } from "./violation.ts"

/** Effects whose outcome is still unknown although the service is back. */
export function checkSettled(journal: Pick<Journal, "unsettled">): Violation[] {
  return journal.unsettled().map(({ effect, open }) => ({
    check: "settled",
    detail: `the ${effect.kind} ${effect.key} is still open: ${open.at(-1)?.reason ?? "never sent"}`,
  }))
}

/** Answers that no client may get: server errors, and success for what is wrong. */
export function checkAnswers({ forbiddenResponses }: Pick<Journal, "forbiddenResponses">): Violation[] {
  return forbiddenResponses.map(({ request, status, body }) => ({
    check: "answers",
    detail: `${request} was answered ${status}: ${body.slice(0, 200)}`,
  }))
}

/** Keys that got two different answers. */
export function checkContradictions({ contradictions }: Pick<Journal, "contradictions">): Violation[] {
  return contradictions.map(({ key, first, later }) => ({
    check: "replays",
    detail: `${key} was answered ${first}, then ${later}`,
  }))
}
