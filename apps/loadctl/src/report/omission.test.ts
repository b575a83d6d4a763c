import { expect, it } from "vitest"

import { measurement } from "../../test/fixtures/evidence.ts"
import { recordRun } from "../../test/support/runs.ts"
import type { CorrectedRow, Omission } from "../stats/model.ts"
import { renderMarkdown } from "./markdown.ts"
import { composeReport } from "./model.ts"
import { renderText } from "./text.ts"

const { plan } = recordRun({ runId: "run", seconds: 1 })

function reportOf(omission: Omission | null) {
  return composeReport({ plan, measurement: measurement({ omission }) })
}

function textOf(omission: Omission | null): string {
  return renderText(reportOf(omission), { color: false, savedIn: null })
}

function row(name: string, p95: number, correctedP95: number): CorrectedRow {
  const added = correctedP95 > p95 ? 50 : 0
  return { name, intervalMs: 1_100, p95, p99: p95, correctedP95, correctedP99: correctedP95, added }
}

it("puts the corrected p95 beside the measured one, of all and where they differ most", () => {
  const text = textOf({
    model: "closed",
    overall: row("overall", 90, 310),
    endpoints: [row("shows", 40, 41), row("order", 95, 2_400), row("pay", 90, 100)],
  })
  expect(text).toMatch(
    /omitted +had users not waited for slow answers, p95 of all 310 ms \(measured 90\.0\), order 2,400 ms \(measured 95\.0\)$/m,
  )
})

it("says that nothing was omitted where nobody waited for long, or at all", () => {
  const calm: Omission = {
    model: "closed",
    overall: row("overall", 90, 90),
    endpoints: [row("shows", 90, 90)],
  }
  expect(textOf(calm)).toMatch(/omitted +none: no answer was so slow that its user skipped a turn$/m)
  expect(textOf({ model: "open" })).toMatch(/omitted +none: arrivals do not wait for answers$/m)
})

it("says nothing where the model is not known", () => {
  expect(textOf(null)).not.toContain("omitted")
  expect(reportOf(null).omission).toBeNull()
})

it("tells a pull request too", () => {
  expect(renderMarkdown(reportOf({ model: "open" }))).toContain(
    "Omitted: none: arrivals do not wait for answers.",
  )
})
