import { styleText } from "node:util"

import { formatTable } from "../report/table.ts"
import { ALIGNMENT, COLUMNS, MARK, methodText, reasonVerdict, rowsOf, sidesText } from "./cells.ts"
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
  const { endpoints, differing } = comparison
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
    ...reasonLines(comparison, { colour }),
    "",
    ...(rows.length > 0
      ? [...formatTable([["", ...COLUMNS], ...rows], `L${ALIGNMENT}`).map(indent), ""]
      : []),
    ...formatTable(facts, "LL").map(indent),
    "",
  ]
}

/** What decides it, and what to keep in mind. */
export function reasonLines(
  { verdict, reasons, notes }: Comparison,
  { colour }: { colour: boolean },
): string[] {
  const paint = painter(colour)
  const signed = reasons.map((reason) => ({ reason, own: reasonVerdict(reason, verdict) }))
  return [
    ...signed.map(({ reason, own }) => `  ${paint(STYLE[own], MARK[own])} ${reason}`),
    ...notes.map((note) => `  ${paint("yellow", "!")} ${note}`),
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
