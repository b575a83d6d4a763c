import { styleText } from "node:util"

import { formatTable } from "../report/table.ts"
import { MARK, STEP_ALIGNMENT, STEP_COLUMNS, answerText, facts, stepCells } from "./cells.ts"
import type { CapacityReport, CapacityStep } from "./model.ts"

type Style = Parameters<typeof styleText>[0]

const STYLE = { pass: "green", fail: "red", untrusted: "yellow" } as const satisfies Record<
  CapacityStep["outcome"],
  Style
>

export type RenderOptions = {
  colour: boolean
  /** Where the report was saved, as the reader would type it; null when it was not. */
  savedIn: string | null
}

/** A search for a terminal: the answer first and last, then every step in the order in which it was taken. */
export function renderText(report: CapacityReport, { colour, savedIn }: RenderOptions): string {
  // The caller has looked at the terminal and at NO_COLOR; styleText must not look again.
  const paint = (style: Style, text: string): string =>
    colour ? styleText(style, text, { validateStream: false }) : text
  const rows = report.steps.map((step) => [
    paint(STYLE[step.outcome], MARK[step.outcome]),
    ...stepCells(step),
  ])
  const pairs = [...facts(report), ...(savedIn === null ? [] : [["saved", savedIn]])]
  const headline = `${paint("bold", "CAPACITY")}  ${report.scenario}: ${answerText(report)}`
  return [
    "",
    headline,
    "",
    ...(rows.length > 0
      ? [...formatTable([["", ...STEP_COLUMNS], ...rows], `L${STEP_ALIGNMENT}`).map(indent), ""]
      : []),
    ...formatTable(pairs, "LL").map(indent),
    "",
    headline,
    "",
  ].join("\n")
}

function indent(line: string): string {
  return `  ${line}`
}
