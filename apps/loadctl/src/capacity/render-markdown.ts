import { MARK, STEP_ALIGNMENT, STEP_COLUMNS, answerText, facts, stepCells } from "./cells.ts"
import type { CapacityReport } from "./model.ts"

/** A search for a pull request or a job summary. */
export function renderMarkdown(report: CapacityReport): string {
  const rows = report.steps.map((step) => [MARK[step.outcome], ...stepCells(step)])
  const rule = Array.from(`L${STEP_ALIGNMENT}`, (side) => (side === "L" ? "---" : "---:"))
  const table = [["", ...STEP_COLUMNS], rule, ...rows].map(
    (cells) => `| ${cells.map(escapeCell).join(" | ")} |`,
  )
  return [
    `### Capacity of ${report.scenario}: ${answerText(report)}`,
    "",
    ...facts(report).map(([what, text]) => `- ${what}: ${text}`),
    "",
    ...(rows.length > 0 ? [...table, ""] : []),
  ].join("\n")
}

function escapeCell(text: string): string {
  return text.replaceAll("|", String.raw`\|`)
}
