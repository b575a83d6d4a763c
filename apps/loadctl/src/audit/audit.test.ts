import { expect, it } from "vitest"

import type { Api, ApiAnswer } from "../run/api.ts"
import { runAudit } from "./audit.ts"

const endpoint = { path: "/audit", headers: {} }
const never = new AbortController().signal

/** A target that answers its audits one after the other, the last one for ever. */
function answering(...answers: ApiAnswer[]): Api & { asked: () => number } {
  let asked = 0
  return {
    baseUrl: "http://shop",
    request: async () =>
      answers[Math.min(asked++, answers.length - 1)] ?? { outcome: "no-answer", text: "gone" },
    asked: () => asked,
  }
}

function audited(ok: boolean, status = 200): ApiAnswer {
  const json = { ok, checks: [{ id: "money", title: "is conserved", violations: ok ? 0 : 2 }] }
  return { outcome: "answer", status, json, text: "" }
}

it("waits for accepted work to settle before it believes a violation", async () => {
  const api = answering(audited(false), audited(true))
  const audit = await runAudit(api, endpoint, { settleMs: 60_000, signal: never })
  expect(audit).toMatchObject({ state: "done", ok: true })
  expect(api.asked()).toBe(2)
})

it("reports a violation that does not go away", async () => {
  const audit = await runAudit(answering(audited(false)), endpoint, { settleMs: 0, signal: never })
  expect(audit).toMatchObject({ state: "done", ok: false, checks: [{ id: "money", violations: 2 }] })
})

it("asks only once when the user is in a hurry", async () => {
  const api = answering(audited(false))
  await runAudit(api, endpoint, { settleMs: 60_000, signal: AbortSignal.abort() })
  expect(api.asked()).toBe(1)
})

it.each([
  ["no answer", { outcome: "no-answer", text: "ECONNREFUSED" }, "ECONNREFUSED"],
  ["a refusal", audited(true, 404), "GET /audit answered 404"],
  [
    "something else",
    { outcome: "answer", status: 200, json: { fine: true }, text: "" },
    "did not answer {ok, checks: [{id, violations}, ...]}",
  ],
  ...[{ ok: true }, { ok: true, checks: [] }, { ok: true, checks: [{ id: "database" }] }].map(
    (json) =>
      ["a stranger's answer", { outcome: "answer", status: 200, json, text: "" }, "did not answer"] as const,
  ),
] as const)("calls %s unreachable, never clean", async (_, answer, text) => {
  const audit = await runAudit(answering(answer), endpoint, { settleMs: 60_000, signal: never })
  expect(audit).toEqual({ state: "unreachable", text: expect.stringContaining(text) })
})
