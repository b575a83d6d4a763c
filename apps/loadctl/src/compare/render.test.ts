import { expect, it } from "vitest"

import { STEADY, recordRun } from "../../test/support/runs.ts"
import type { Recording } from "../../test/support/runs.ts"
import { DEFAULT_LIMITS, compareRuns } from "./compare.ts"
import type { Comparison } from "./model.ts"
import { sheetRenderers } from "../report/sheet/formats.ts"
import { comparisonSheet } from "./sheet.ts"

const RENDERERS = sheetRenderers(comparisonSheet)

const options = { limits: DEFAULT_LIMITS, allow: [] }
const group = (side: string, recording: Omit<Recording, "runId"> = {}) =>
  [1, 2, 3, 4].map((index) =>
    recordRun({ ...recording, runId: `${side}${index}`, seed: side.codePointAt(0)! * 10 + index }),
  )
const base = group("a")
const slow = group("b", {
  endpoints: { ...STEADY, buy: { perSecond: 10, ms: 160 } },
  apiEnv: { ORDER_STRATEGY: "multilock_wide" },
})
const worse = compareRuns({ base, candidate: slow }, options)
const nothing = compareRuns({ base, candidate: [] }, options)
const plain = { color: false, savedIn: null }

it("puts the verdict first and last, and the reason in between", () => {
  const lines = RENDERERS.text(worse, plain).trim().split("\n")
  expect(lines[0]).toBe("WORSE  steady")
  expect(lines.at(-1)).toBe("WORSE  steady")
  expect(lines[2]).toMatch(/^ {2}✗ buy: p50, p95, p99 worse\.$/)
})

it("gives each reason the sign of what it says, whatever the whole is", () => {
  const endpoints = { shows: { perSecond: 20, ms: 20 }, buy: { perSecond: 10, ms: 160 } }
  const mixed = compareRuns({ base, candidate: group("c", { endpoints }) }, options)
  const text = RENDERERS.text(mixed, plain)
  expect(mixed.verdict).toBe("worse")
  expect(text).toMatch(/^ {2}✓ shows: .*better\.$/m)
  expect(text).toMatch(/^ {2}✗ buy: .*worse\.$/m)
})

it("gives each figure its change, interval, p and verdict in one row", () => {
  const row = RENDERERS.text(worse, plain)
    .split("\n")
    .find((line) => /✗ +buy +p50/.test(line))
  expect(row).toMatch(
    /✗ {2}buy +p50 ms +[\d.]+ +[\d.]+ +\+[\d.]+ +\+\d+ % +\+[\d.]+ to \+[\d.]+ +[\d.]+ +0\.029 +worse$/,
  )
})

it("names what differs and how it was judged", () => {
  const text = RENDERERS.text(worse, plain)
  expect(text).toMatch(/environment of the API +none → ORDER_STRATEGY=multilock_wide/)
  expect(text).toMatch(
    /4 against 4 runs, over all of it; .*all 70 arrangements, p at most 0\.031\); 95 % intervals/,
  )
})

it("has no table when nothing was compared", () => {
  const text = RENDERERS.text(nothing, plain)
  expect(text).toContain("NOT-COMPARABLE  steady")
  expect(text).toContain("? There is no run on one side.")
  expect(text).not.toMatch(/endpoint +figure/)
})

it("colors only when asked to", () => {
  expect(RENDERERS.text(worse, plain)).not.toContain("\u001B[")
  expect(RENDERERS.text(worse, { ...plain, color: true })).toContain("\u001B[31m")
})

it("shows a pull request what changed, and folds the rest away", () => {
  const markdown = RENDERERS.markdown(worse, plain)
  const [top = "", folded = ""] = markdown.split("<details>")
  expect(top).toContain("### ❌ steady: worse")
  expect(top).toMatch(/\| ✗ \| buy \| p95 ms \|/)
  expect(top).not.toMatch(/\| [=~] \| shows \|/)
  expect(folded).toMatch(/\| [=~] \| shows \| p50 ms \|/)
})

it("gives JSON that parses to the comparison itself", () => {
  const json: Comparison = JSON.parse(RENDERERS.json(worse, plain))
  expect(json).toEqual(worse)
})

it("fits a terminal of 60 columns without breaking a number", () => {
  const whole = RENDERERS.text(worse, plain)
  const narrow = RENDERERS.text(worse, { ...plain, columns: 60 })
  const lines = narrow.split("\n")
  expect(lines.filter((line) => line.length > 60)).toEqual([])
  const numbers = (text: string): string[] => [...new Set(text.match(/[\d,]+\.\d+/g))].toSorted()
  expect(numbers(narrow)).toEqual(numbers(whole))
  // Each part of the table says which figure its rows are about.
  expect(lines.filter((line) => /^ {5}endpoint +/.test(line))).toSatisfy((heads: string[]) =>
    heads.every((head) => /^ {5}endpoint +figure\b/.test(head)),
  )
})
