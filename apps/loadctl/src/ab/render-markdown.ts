import { comparisonSections } from "../compare/render-markdown.ts"
import { escapeCell, markdownTable } from "../report/markdown-table.ts"
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

/** An experiment for a pull request, a job summary or a file of results. */
export function renderMarkdown(report: AbReport): string {
  const { comparisons, scenario, runs, summaries } = report
  const sides = [SIDE_COLUMNS, ...summaries.map((summary) => sideCells(report, summary))]
  const every = markdownTable([RUN_COLUMNS, ...runs.map(runCells)], RUN_ALIGNMENT)
  return [
    `### ${escapeCell(`${scenario}: ${answerText(report)}`)}`,
    "",
    ...(runs.length > 0
      ? [
          ...markdownTable(sides, SIDE_ALIGNMENT),
          "",
          ...markdownTable(endpointRows(report), endpointAlignment(report)),
          "",
        ]
      : []),
    ...facts(report).map(([what, text]) => `- ${what}: ${what === "made by" ? `\`${text}\`` : text}`),
    `- finished: ${report.finishedAt.slice(0, 16).replace("T", " ")} UTC`,
    "",
    ...comparisons.flatMap((each) => section(report, each)),
    ...(runs.length > 0 ? ["<details><summary>Every run</summary>", "", ...every, "", "</details>", ""] : []),
  ].join("\n")
}

function section({ sides }: AbReport, { side, comparison }: SideComparison): string[] {
  const who = `${side.toUpperCase()} (${sideText(sides[side])}) against A (${sideText(sides["a"])})`
  return [
    `#### ${who}: ${comparison?.verdict ?? "not comparable"}`,
    "",
    ...(comparison ? comparisonSections(comparison) : ["- One side has no run that can be trusted.", ""]),
  ]
}
