import { HtmlValidate } from "html-validate"
import { expect, it } from "vitest"

import { STEADY, recordRun } from "../../../test/support/runs.ts"
import { DEFAULT_LIMITS, compareRuns } from "../../compare/compare.ts"
import { comparisonSheet } from "../../compare/sheet.ts"
import { changeCharts } from "./change-chart.ts"
import { renderSheetHtml } from "./sheet.ts"

const validator = new HtmlValidate({
  extends: ["html-validate:recommended", "html-validate:a11y"],
  rules: {
    "attr-quotes": "off",
    "no-inline-style": "off",
    "no-raw-characters": "off",
    "no-trailing-whitespace": "off",
    "void-style": "off",
  },
})

const options = { limits: DEFAULT_LIMITS, allow: [] }
const group = (side: string, buyMs: number) =>
  [1, 2, 3, 4].map((index) =>
    recordRun({
      runId: `${side}${index}`,
      seed: side.codePointAt(0)! * 10 + index,
      endpoints: { ...STEADY, buy: { perSecond: 10, ms: buyMs } },
    }),
  )

it("draws how each latency of each endpoint changed, with its interval, and names the values", async () => {
  const slower = compareRuns({ base: group("a", 80), candidate: group("b", 160) }, options)
  const page = renderSheetHtml(comparisonSheet(slower), changeCharts(slower))

  expect([...page.matchAll(/<b>Change of (p\d+)<\/b>/g)].map(([, name]) => name)).toEqual([
    "p50",
    "p95",
    "p99",
  ])
  expect(page).toMatch(
    /<li title="buy: [\d.]+ → \d+ ms, the change is [\d.]+ to [\d.]+ ms with 95 % confidence">/,
  )
  expect(page).toMatch(/<span class="track bad">/)
  const { results } = await validator.validateString(page)
  expect(results.flatMap(({ messages }) => messages)).toEqual([])
})

it("draws single runs without intervals, and nothing of nothing", () => {
  const [one, two] = [group("a", 80).slice(0, 1), group("b", 160).slice(0, 1)]
  const single = compareRuns({ base: one, candidate: two }, options)
  expect(String(changeCharts(single))).not.toContain("confidence")
  expect(changeCharts(compareRuns({ base: one, candidate: [] }, options))).toBeNull()
})
