import { expect, it } from "vitest"

import type { HttpOutcome } from "../client/http.ts"
import { createJournal } from "../client/journal.ts"
import { failedAttempts } from "./restarts.ts"

const answer = (status: number, body: unknown): HttpOutcome => ({
  status,
  body: JSON.stringify(body),
  retryAfterS: undefined,
})

it("a restart counts every failed attempt, those of an overload separately", () => {
  const journal = createJournal()
  const entry = journal.begin({ kind: "charge", key: "k", userId: 1, amount: 500 })
  for (const outcome of [
    { lost: "ECONNRESET" },
    answer(503, { code: "UNAVAILABLE" }),
    answer(503, { code: "OVERLOADED" }),
    answer(201, {}),
  ])
    journal.note(entry, 0, outcome)
  expect(failedAttempts([...journal.entries()])).toEqual([
    { check: "fault", detail: "k failed with ECONNRESET" },
    { check: "fault", detail: "k failed with 503 UNAVAILABLE" },
    { check: "busy", detail: "k failed with 503 OVERLOADED" },
  ])
})
