import { expect, it } from "vitest"

import { STEADY, recordRun } from "../../test/support/runs.ts"
import { DEFAULT_LIMITS, compareRuns } from "../compare/compare.ts"
import { RENDERERS } from "./formats.ts"
import type { AbReport, AbRun } from "./model.ts"

const run: AbRun = {
  round: 1,
  side: "a",
  runId: "run-1",
  verdict: "PASS",
  reasons: [],
  requests: 1_800,
  rate: 30,
  p50: 57,
  p95: 153,
  p99: 208,
  failed: 0,
  machine: null,
}
const slow = { ...STEADY, buy: { perSecond: 10, ms: 160 } }
const comparison = compareRuns(
  { base: [recordRun({ runId: "a" })], candidate: [recordRun({ runId: "b", seed: 2, endpoints: slow })] },
  { limits: DEFAULT_LIMITS, allow: [] },
)

function report(change: Partial<AbReport> = {}): AbReport {
  return {
    schema: "saleproof.ab/1",
    id: "ab-1",
    scenario: "flow_10vus",
    persona: "A",
    variants: [],
    scale: 1,
    sides: { a: { env: {}, target: null }, b: { env: { ORDER_STRATEGY: "conditional" }, target: null } },
    rounds: 2,
    startedAt: "2026-11-22T10:00:00.000Z",
    finishedAt: "2026-11-22T10:10:00.000Z",
    ended: "done",
    runs: [run, { ...run, side: "b", runId: "run-2", verdict: "INVALID", reasons: ["Too slow."] }],
    comparison,
    manifest: null,
    ...change,
  }
}

const plain = { colour: false, savedIn: null }

it("puts the answer first and last, with what each side is", () => {
  const lines = RENDERERS.text(report(), plain).trim().split("\n")
  const answer = "AB  flow_10vus: B (ORDER_STRATEGY=conditional) against A (defaults): worse"
  expect([lines[0], lines.at(-1)]).toEqual([answer, answer])
})

it("lists the runs in their order, with the reason of one that is invalid", () => {
  const text = RENDERERS.text(report(), plain)
  expect(text).toMatch(/^ +1 {2}A {5}PASS +30\.0 +57\.0 +153 +208 +0 {2}run-1$/m)
  expect(text).toMatch(/^ +1 {2}B {5}INVALID .* run-2 {2}Too slow\.$/m)
})

it("says that nothing can be compared while one side has no run", () => {
  const text = RENDERERS.text(report({ runs: [], comparison: null }), plain)
  expect(text).toContain("against A (defaults): not comparable")
  expect(text).toContain("? One side has no run that can be trusted.")
  expect(text).not.toContain("round")
})

it("says after how many runs it was interrupted", () => {
  expect(RENDERERS.text(report({ ended: "interrupted" }), plain)).toContain("interrupted after 2 of 4 runs")
})

it("fits a pull request", () => {
  const markdown = RENDERERS.markdown(report())
  expect(markdown).toContain("### flow_10vus: B (ORDER_STRATEGY=conditional) against A (defaults): worse")
  expect(markdown).toContain("| 1 | A | PASS |")
})

it("gives JSON that parses to the report itself", () => {
  expect(JSON.parse(RENDERERS.json(report()))).toEqual(report())
})
