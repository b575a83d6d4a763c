import { expect, it } from "vitest"

import { STEADY, recordRun } from "../../test/support/runs.ts"
import { DEFAULT_LIMITS, compareRounds } from "../compare/compare.ts"
import { sheetRenderers } from "../report/sheet/formats.ts"
import { abSheet } from "./sheet.ts"
import type { AbReport, AbRun } from "./model.ts"
import { summarizeSides } from "./summary.ts"
import { worst } from "./verdict.ts"

const RENDERERS = sheetRenderers(abSheet)

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
  endpoints: [{ name: "buy", p95: 153, limit: 200, failed: 0 }],
  audit: true,
  machine: null,
}
const slow = { ...STEADY, buy: { perSecond: 10, ms: 160 } }
const rounds = (side: string, endpoints = STEADY) =>
  [1, 2, 3, 4, 5, 6].map((round) =>
    recordRun({ runId: `${side}${round}`, seed: side.codePointAt(0)! * 10 + round, endpoints }),
  )
const comparison = compareRounds(
  { base: rounds("a"), candidate: rounds("b", slow) },
  { limits: DEFAULT_LIMITS, allow: [], alpha: 1 / 32, undecided: null },
)

const RUNS: AbRun[] = [run, { ...run, side: "b", runId: "run-2", verdict: "INVALID", reasons: ["Too slow."] }]

function report(change: Partial<AbReport> = {}): AbReport {
  return {
    schema: "saleproof.ab/2",
    id: "ab-1",
    command: "npx loadctl ab --b ORDER_STRATEGY=conditional --scenario flow_10vus",
    scenario: "flow_10vus",
    persona: "A",
    variants: [],
    scale: 1,
    sides: { a: { env: {}, target: null }, b: { env: { ORDER_STRATEGY: "conditional" }, target: null } },
    rounds: 2,
    looks: [{ round: 2, alpha: 1 / 32 }],
    startedAt: "2026-11-22T10:00:00.000Z",
    finishedAt: "2026-11-22T10:10:00.000Z",
    ended: "done",
    runs: RUNS,
    summaries: summarizeSides(RUNS, ["a", "b"]),
    comparisons: [{ side: "b", comparison }],
    manifest: null,
    ...change,
  }
}

/** Four sides, of which the first is too slow and the third has nothing that can be trusted. */
function four(): AbReport {
  const names = ["a", "b", "c", "d"]
  const settings = ["wide", "narrow", "conditional", "batched"]
  const slowRun: AbRun = {
    ...run,
    verdict: "FAIL",
    p95: 612,
    endpoints: [{ name: "buy", p95: 612, limit: 200, failed: 0 }],
    failed: 9,
  }
  const runs: AbRun[] = [
    slowRun,
    { ...run, side: "b" },
    { ...run, side: "c", verdict: "INVALID" },
    { ...run, side: "d", rate: 90, audit: false },
  ]
  return report({
    sides: Object.fromEntries(
      names.map((name, index) => [name, { env: { ORDER_STRATEGY: settings[index] ?? "" }, target: null }]),
    ),
    runs,
    summaries: summarizeSides(runs, names),
    comparisons: [
      { side: "b", comparison },
      { side: "c", comparison: null },
      { side: "d", comparison },
    ],
  })
}

const plain = { color: false, savedIn: null }

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
  const text = RENDERERS.text(report({ runs: [], summaries: [], comparisons: [] }), plain)
  expect(text).toContain("against A (defaults): not-comparable")
  expect(text).toContain("? Nothing has been compared.")
  expect(text).not.toContain("round  side")
})

it("says after how many runs it was interrupted", () => {
  expect(RENDERERS.text(report({ ended: "interrupted" }), plain)).toContain("interrupted after 2 of 4 runs")
})

it("fits a pull request", () => {
  const markdown = RENDERERS.markdown(report(), plain)
  expect(markdown).toContain("### flow_10vus: B (ORDER_STRATEGY=conditional) against A (defaults): worse")
  expect(markdown).toContain("| 1 | A | PASS |")
})

it("gives JSON that parses to the report itself", () => {
  expect(JSON.parse(RENDERERS.json(report(), plain))).toEqual(report())
})

it("tells of more than two sides which held the SLA, and each with its ratio to the first", () => {
  const text = RENDERERS.text(four(), plain)
  expect(text.trim().split("\n")[0]).toBe(
    "AB  flow_10vus: A (ORDER_STRATEGY=wide) FAIL, B (ORDER_STRATEGY=narrow) PASS, " +
      "C (ORDER_STRATEGY=conditional) INVALID, D (ORDER_STRATEGY=batched) PASS",
  )
  expect(text).toMatch(/^ +A +ORDER_STRATEGY=wide +FAIL +30\.0 .* 9 of 1,800 +clean +– +– +–$/m)
  expect(text).toMatch(/^ +C +ORDER_STRATEGY=conditional +INVALID +– .* not-comparable$/m)
  expect(text).toMatch(
    /^ +D +ORDER_STRATEGY=batched +PASS +90\.0 .* BROKEN +× 3\.00 +× 0\.250 +p95, p99 worse$/m,
  )
  expect(text).toMatch(/^ +buy +200 +✗ 612 +153 +– +153$/m)
  expect(text).toContain("D (ORDER_STRATEGY=batched) against A (ORDER_STRATEGY=wide): worse")
  // The figures of each are in the other formats.
  expect(text).not.toMatch(/^ +figure/m)
  expect(text).not.toContain("p50 ms")
})

it("is as grave as the gravest side", () => {
  expect(worst(four())).toBe("worse")
  expect(worst(report({ comparisons: [{ side: "b", comparison: null }] }))).toBe("not-comparable")
  expect(worst(report({ comparisons: [] }))).toBe("not-comparable")
})

it("keeps in a file of results what made it", () => {
  const markdown = RENDERERS.markdown(four(), plain)
  expect(markdown).toContain(
    "- made by: `npx loadctl ab --b ORDER_STRATEGY=conditional --scenario flow_10vus`",
  )
  expect(markdown).toContain("| A | ORDER_STRATEGY=wide | FAIL |")
  expect(markdown).toContain(
    "#### C (ORDER_STRATEGY=conditional) against A (ORDER_STRATEGY=wide): not-comparable",
  )
})
