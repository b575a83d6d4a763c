import { styleText } from "node:util"

import { STYLE, comparisonLines, reasonLines } from "../compare/render-text.ts"
import { formatTable } from "../report/table.ts"
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

export type RenderOptions = {
  colour: boolean
  /** Where the report was saved, as the reader would type it; null when it was not. */
  savedIn: string | null
}

/** An experiment for a terminal: the answer first and last, the sides, the runs in their order, the comparisons. */
export function renderText(report: AbReport, { colour, savedIn }: RenderOptions): string {
  // The caller has looked at the terminal and at NO_COLOR; styleText must not look again.
  const { comparisons, scenario, runs, summaries } = report
  const title = colour ? styleText(["bold", STYLE[worst(report)]], "AB", { validateStream: false }) : "AB"
  const headline = `${title}  ${scenario}: ${answerText(report)}`
  const tables =
    runs.length === 0
      ? []
      : [
          formatTable(
            [SIDE_COLUMNS, ...summaries.map((summary) => sideCells(report, summary))],
            SIDE_ALIGNMENT,
          ),
          formatTable(endpointRows(report), endpointAlignment(report)),
          formatTable([RUN_COLUMNS, ...runs.map(runCells)], RUN_ALIGNMENT),
        ]
  const pairs = [...facts(report), ...(savedIn === null ? [] : [["saved", savedIn]])]
  return [
    "",
    headline,
    "",
    ...tables.flatMap((table) => [...table.map((line) => `  ${line}`), ""]),
    ...(comparisons.length > 0
      ? comparisons.flatMap((each) => sectionLines(report, each, colour))
      : ["  ? Nothing has been compared.", ""]),
    ...formatTable(pairs, "LL").map((line) => `  ${line}`),
    "",
    headline,
    "",
  ].join("\n")
}

/** Every figure of two sides; of more, what decides, as the figures would fill several screens. */
function sectionLines({ sides }: AbReport, { side, comparison }: SideComparison, colour: boolean): string[] {
  const who = `${side.toUpperCase()} (${sideText(sides[side])}) against A (${sideText(sides["a"])})`
  if (!comparison) return [`  ${who}: not comparable`, "  ? One side has no run that can be trusted.", ""]
  const lines =
    Object.keys(sides).length > 2
      ? [...reasonLines(comparison, { colour }), ""]
      : comparisonLines(comparison, { colour })
  return [`  ${who}: ${comparison.verdict}`, ...lines]
}
