import { styleText } from "node:util"

import { ENDPOINT_COLUMNS, brokenColumns, causeTexts, endpointCells, headline, mark } from "./cells.ts"
import { facts } from "./facts.ts"
import type { RunReport } from "./model.ts"
import { worstFirst } from "./order.ts"
import { formatTable } from "./table.ts"

export type TextOptions = {
  colour: boolean
  /** Where the run was saved, as the reader would type it; null when it was not. */
  savedIn: string | null
}

type Style = Parameters<typeof styleText>[0]
type Paint = (style: Style, text: string) => string

const VERDICT_STYLE = {
  PASS: ["bold", "green"],
  FAIL: ["bold", "red"],
  INVALID: ["bold", "yellow"],
} as const satisfies Record<string, Style>

const SIGN_STYLE = { "✓": "green", "✗": "red", "?": "yellow" } as const satisfies Record<string, Style>

/** A run for a terminal: the verdict first and last, what led to it, then a row for each endpoint. */
export function renderText(report: RunReport, { colour, savedIn }: TextOptions): string {
  // The caller has looked at the terminal and at NO_COLOR; styleText must not look again.
  const paint: Paint = (style, text) => (colour ? styleText(style, text, { validateStream: false }) : text)
  const saved = savedIn === null ? [] : [["saved", savedIn], ...nextStep(report)]
  const verdict = paint([...VERDICT_STYLE[report.verdict]], report.verdict)
  return [
    "",
    `${verdict}  ${headline(report)}`,
    ...report.reasons.map((reason) => `  ${paint("red", "✗")} ${reason}`),
    ...causeTexts(report).map((cause) => `  ${paint("cyan", "→")} ${cause}`),
    ...report.warnings.map((warning) => `  ${paint("yellow", "!")} ${warning}`),
    "",
    ...endpointTable(report, paint).map((line) => `  ${line}`),
    "",
    ...formatTable([...facts(report), ...saved], "LL").map((line) => `  ${line}`),
    "",
    `${verdict}  ${report.runId}`,
    "",
  ].join("\n")
}

/** Where somebody looks who wants to know more of a run that did not pass. */
function nextStep({ verdict, runId }: RunReport): string[][] {
  if (verdict === "PASS") return []
  return [["next", `loadctl report ${runId} --format html > report.html shows what happened when`]]
}

function endpointTable(report: RunReport, paint: Paint): string[] {
  const rows = [...worstFirst(report.endpoints), report.overall].map((row) => {
    const sign = mark(row)
    const broken = brokenColumns(row)
    const cells = endpointCells(row).map((cell, column) => (broken[column] ? paint("red", cell) : cell))
    return [paint(SIGN_STYLE[sign], sign), ...cells]
  })
  const head = ["", ...ENDPOINT_COLUMNS].map((cell) => paint("dim", cell))
  return formatTable([head, ...rows], `LL${"R".repeat(ENDPOINT_COLUMNS.length - 1)}`)
}
