import { markdownTable } from "../report/markdown-table.ts"
import { MARK, STEP_ALIGNMENT, STEP_COLUMNS, answerText, facts, stepCells } from "./cells.ts"
import type { CapacityReport } from "./model.ts"

/** A search for a pull request, a job summary or a file of results. */
export function renderMarkdown(report: CapacityReport): string {
  const rows = report.steps.map((step) => [MARK[step.outcome], ...stepCells(step)])
  return [
    `### Capacity of ${report.scenario}: ${answerText(report)}`,
    "",
    ...facts(report).map(([what, text]) => `- ${what}: ${text}`),
    `- made by: \`${report.command}\`, ${report.finishedAt.slice(0, 16).replace("T", " ")}`,
    "",
    ...(rows.length > 0
      ? [...markdownTable([["", ...STEP_COLUMNS], ...rows], `L${STEP_ALIGNMENT}`), ""]
      : []),
  ].join("\n")
}
