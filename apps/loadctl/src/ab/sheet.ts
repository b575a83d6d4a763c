import { TONE } from "../compare/cells.ts"
import { comparisonSections, reasonSection } from "../compare/sheet.ts"
import type { Row, Section, Sheet } from "../report/sheet/model.ts"
import {
  RUN_ALIGNMENT,
  RUN_COLUMNS,
  SIDE_ALIGNMENT,
  SIDE_COLUMNS,
  answerText,
  endpointAlignment,
  endpointRows,
  facts,
  runCells,
  sideCells,
  sideText,
} from "./cells.ts"
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
      ...tables(report),
      { kind: "facts", pairs: facts(report) },
      ...(comparisons.length > 0 ? comparisons.flatMap((each) => sideSections(report, each)) : [NOTHING]),
    ],
  }
}

const NOTHING: Section = {
  kind: "list",
  items: [{ tone: "warning", mark: "?", text: "Nothing has been compared." }],
}

function tables(report: AbReport): Section[] {
  const { runs, summaries } = report
  if (runs.length === 0) return []
  const [columns, ...endpoints] = endpointRows(report)
  return [
    {
      kind: "table",
      columns: SIDE_COLUMNS,
      alignment: SIDE_ALIGNMENT,
      rows: summaries.map((summary) => plain(sideCells(report, summary))),
    },
    { kind: "table", columns: columns!, alignment: endpointAlignment(report), rows: endpoints.map(plain) },
    {
      kind: "table",
      columns: RUN_COLUMNS,
      alignment: RUN_ALIGNMENT,
      rows: runs.map((run) => plain(runCells(run))),
      fold: "Every run",
    },
  ]
}

function plain(cells: string[]): Row {
  return { tone: "calm", mark: "", cells }
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
