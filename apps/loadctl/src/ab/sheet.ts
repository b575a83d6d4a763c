import { TONE } from "../compare/cells.ts"
import { comparisonSections, reasonSection } from "../compare/sheet.ts"
import type { Section, Sheet } from "../report/sheet/model.ts"
import { answerText, endpointsTable, facts, runsTable, sideText, sidesTable } from "./cells.ts"
import type { AbReport, SideComparison } from "./model.ts"
import { worst } from "./verdict.ts"

/** An experiment: the answer, the sides, the runs in their order, the comparisons. */
export function abSheet(report: AbReport): Sheet {
  const { comparisons, scenario } = report
  const title = `${scenario}: ${answerText(report)}`
  return {
    label: "AB",
    tone: TONE[worst(report)],
    title,
    heading: title,
    sections: [
      ...(report.runs.length > 0 ? [sidesTable(report), endpointsTable(report), runsTable(report)] : []),
      { kind: "facts", pairs: facts(report) },
      ...(comparisons.length > 0 ? comparisons.flatMap((each) => sideSections(report, each)) : [NOTHING]),
    ],
  }
}

const NOTHING: Section = {
  kind: "list",
  items: [{ tone: "warning", mark: "?", text: "Nothing has been compared." }],
}

/** Every figure of two sides; of more, the text shows what decides, as the figures would fill several screens. */
function sideSections({ sides }: AbReport, { side, comparison }: SideComparison): Section[] {
  const who = `${side.toUpperCase()} (${sideText(sides[side])}) against A (${sideText(sides["a"])})`
  const text = `${who}: ${comparison ? comparison.verdict : "not-comparable"}`
  const heading: Section = { kind: "heading", text }
  if (!comparison) return [heading, NO_RUN]
  const all = comparisonSections(comparison)
  if (Object.keys(sides).length <= 2) return [heading, ...all]
  return [
    heading,
    { ...reasonSection(comparison), only: "text" },
    ...all.map((section): Section => ({ ...section, only: "markdown" })),
  ]
}

const NO_RUN: Section = {
  kind: "list",
  items: [{ tone: "warning", mark: "?", text: "One side has no run to compare." }],
}
