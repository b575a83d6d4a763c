import { styleText } from "node:util"

import { STYLE, comparisonLines } from "../compare/render-text.ts"
import { formatTable } from "../report/table.ts"
import { RUN_ALIGNMENT, RUN_COLUMNS, answerText, runCells } from "./cells.ts"
import type { AbReport } from "./model.ts"

export type RenderOptions = {
  colour: boolean
  /** Where the report was saved, as the reader would type it; null when it was not. */
  savedIn: string | null
}

/** An experiment for a terminal: the answer first and last, the runs in their order, then the comparison. */
export function renderText(report: AbReport, { colour, savedIn }: RenderOptions): string {
  // The caller has looked at the terminal and at NO_COLOR; styleText must not look again.
  const { comparison, scenario, runs } = report
  const style = STYLE[comparison?.verdict ?? "not comparable"]
  const title = colour ? styleText(["bold", style], "AB", { validateStream: false }) : "AB"
  const headline = `${title}  ${scenario}: ${answerText(report)}`
  const table = formatTable([RUN_COLUMNS, ...runs.map(runCells)], RUN_ALIGNMENT)
  return [
    "",
    headline,
    "",
    ...(runs.length > 0 ? [...table.map((line) => `  ${line}`), ""] : []),
    ...(comparison
      ? comparisonLines(comparison, { colour })
      : ["  ? One side has no run that can be trusted.", ""]),
    ...(savedIn === null ? [] : [`  saved  ${savedIn}`, ""]),
    headline,
    "",
  ].join("\n")
}
