import { expect, it } from "vitest"

import { isSafeId, newRunId } from "./run-id.ts"

it("makes ids that sort by time and need no quoting", () => {
  const id = newRunId("flow_300vus", new Date("2026-11-22T18:15:30.123Z"), "3f9a")
  expect(id).toBe("20261122-181530-flow_300vus-3f9a")
  expect(isSafeId(id)).toBe(true)
})

it.each(["", "..", ".", "a/b", "a'b", "a b", "ü", "x".repeat(129)])("holds %j for unsafe", (id) => {
  expect(isSafeId(id)).toBe(false)
})
