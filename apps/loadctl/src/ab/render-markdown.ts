import { comparisonSections } from "../compare/render-markdown.ts"
import { RUN_ALIGNMENT, RUN_COLUMNS, answerText, runCells } from "./cells.ts"
import type { AbReport } from "./model.ts"

/** An experiment for a pull request or a job summary. */
export function renderMarkdown(report: AbReport): string {
  const { comparison, scenario, runs } = report
  const rule = Array.from(RUN_ALIGNMENT, (side) => (side === "L" ? "---" : "---:"))
  const rows = [RUN_COLUMNS, rule, ...runs.map(runCells)].map(
    (cells) => `| ${cells.map(escapeCell).join(" | ")} |`,
  )
  return [
    `### ${scenario}: ${answerText(report)}`,
    "",
    ...(comparison ? comparisonSections(comparison) : ["- One side has no run that can be trusted.", ""]),
    ...(runs.length > 0 ? ["<details><summary>Every run</summary>", "", ...rows, "", "</details>", ""] : []),
  ].join("\n")
}

function escapeCell(text: string): string {
  return text.replaceAll("|", String.raw`\|`)
}
