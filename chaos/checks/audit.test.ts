import { expect, it } from "vitest"

import type { HttpOutcome } from "../client/http.ts"
import { checkAudit } from "./audit.ts"

const answered = (status: number, body: string) => ({ status, body, retryAfterS: undefined })
const CLEAN = answered(200, '{"ok":true,"checks":[]}')
const AWAY = answered(503, "Redis does not answer")

/** Answers these one after the other, and the last one for good. */
const answers = (first: HttpOutcome, ...more: HttpOutcome[]) => {
  const left = [...more]
  let next = first
  return {
    async send() {
      const answer = next
      next = left.shift() ?? next
      return answer
    },
  }
}

it("waits for an audit as long as the shop may take to come back", async () => {
  expect(await checkAudit({ http: answers(AWAY, CLEAN) })).toEqual([])
})

it.each([
  ["is refused for longer", AWAY, /^503 Redis does not answer/],
  ["gets no answer", { lost: "ECONNRESET" }, /^no answer: ECONNRESET/],
  ["finds something", answered(200, '{"ok":false,"checks":[{"id":"a","violations":2}]}'), /"a"/],
] as const)("an audit that %s is a violation", async (_what, answer, detail) => {
  const found = await checkAudit({ http: answers(answer), withinMs: 0 })
  expect(found).toEqual([{ check: "audit", detail: expect.stringMatching(detail) }])
})
