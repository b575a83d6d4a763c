import { styleText } from "node:util"

import { formatTable } from "../report/table.ts"
import { ALIGNMENT, COLUMNS, MARK, methodText, rowsOf, sidesText } from "./cells.ts"
import type { Comparison, Verdict } from "./model.ts"

type Style = Parameters<typeof styleText>[0]

export const STYLE = {
  worse: "red",
  "not comparable": "yellow",
  better: "green",
  "no difference shown": "dim",
} as const satisfies Record<Verdict, Style>

/** A comparison for a terminal: the verdict first and last, why, then the figures of each endpoint. */
export function renderText(comparison: Comparison, { colour }: { colour: boolean }): string {
  const { verdict, scenario } = comparison
  const headline = `${painter(colour)(["bold", STYLE[verdict]], verdict.toUpperCase())}  ${scenario}`
  return ["", headline, ...comparisonLines(comparison, { colour }), headline, ""].join("\n")
}

/** All but the headline, each block followed by an empty line. */
export function comparisonLines(comparison: Comparison, { colour }: { colour: boolean }): string[] {
  const paint = painter(colour)
  const { verdict, reasons, notes, endpoints, differing } = comparison
  const rows = endpoints
    .flatMap(rowsOf)
    .map(({ verdict, cells }) => [
      paint(STYLE[verdict], MARK[verdict]),
      ...cells.map((cell) => (verdict === "no difference shown" ? cell : paint(STYLE[verdict], cell))),
    ])
  const facts = [
    ...sidesText(comparison),
    ...differing.map(({ what, base, candidate }) => [what, `${base} → ${candidate}`]),
    ["method", methodText(comparison)],
  ]
  return [
    ...reasons.map((reason) => `  ${paint(STYLE[verdict], MARK[verdict])} ${reason}`),
    ...notes.map((note) => `  ${paint("yellow", "!")} ${note}`),
    "",
    ...(rows.length > 0
      ? [...formatTable([["", ...COLUMNS], ...rows], `L${ALIGNMENT}`).map(indent), ""]
      : []),
    ...formatTable(facts, "LL").map(indent),
    "",
  ]
}

function painter(colour: boolean) {
  // The caller has looked at the terminal and at NO_COLOR; styleText must not look again.
  return (style: Style, text: string): string =>
    colour ? styleText(style, text, { validateStream: false }) : text
}

function indent(line: string): string {
  return `  ${line}`
}
