import { styleText } from "node:util"

import stringWidth from "string-width"

import {
  causeTexts,
  endpointCells,
  endpointColumns,
  headline,
  isBroken,
  mark,
  oneLine,
  overallRows,
} from "./cells.ts"
import type { Column } from "./cells.ts"
import { facts } from "./facts.ts"
import type { RunReport } from "./model.ts"
import { worstFirst } from "./order.ts"
import { fitPairs, wrapItem, wrapText } from "./fit.ts"
import { formatTable } from "./table.ts"

export type TextOptions = {
  color: boolean
  /** Where the run was saved, as the reader would type it; null when it was not. */
  savedIn: string | null
  /** Columns of the terminal; where there is none, a line is as long as it is. */
  columns?: number | undefined
  /** How loadctl is called where it is read. */
  command?: string
}

const INDENT = 2

type Style = Parameters<typeof styleText>[0]
type Paint = (style: Style, text: string) => string

const VERDICT_STYLE = {
  PASS: ["bold", "green"],
  FAIL: ["bold", "red"],
  INVALID: ["bold", "yellow"],
} as const satisfies Record<string, Style>

const SIGN_STYLE = { "✓": "green", "✗": "red", "?": "yellow" } as const satisfies Record<string, Style>

/** A run for a terminal: the verdict first and last, what led to it, then a row for each endpoint. */
export function renderText(report: RunReport, options: TextOptions): string {
  const { color, savedIn, columns = Infinity, command = "loadctl" } = options
  // The caller has looked at the terminal and at NO_COLOR; styleText must not look again.
  const paint: Paint = (style, text) => (color ? styleText(style, text, { validateStream: false }) : text)
  const saved = savedIn === null ? [] : [["saved", savedIn]]
  const next = savedIn === null || report.verdict === "PASS" ? null : nextCommand(report, command)
  const fits = next !== null && `  sources  ${next} ${NEXT_WHY}`.length <= columns
  const verdict = paint([...VERDICT_STYLE[report.verdict]], report.verdict)
  const items = (sign: string, texts: readonly string[]): string[] =>
    texts.flatMap((text) => wrapItem(`  ${sign}`, oneLine(text), columns))
  return [
    "",
    ...wrapItem(`${verdict} `, headline(report), columns),
    ...items(paint("red", "✗"), report.reasons),
    ...items(paint("cyan", "→"), causeTexts(report)),
    ...items(paint("yellow", "!"), report.warnings),
    "",
    ...endpointTable(report, paint, columns).map((line) => `  ${line}`),
    "",
    ...fitPairs(
      [
        ...facts(report).map((pair) => pair.map(oneLine)),
        ...saved,
        ...(fits ? [["next", `${next} ${NEXT_WHY}`]] : []),
      ],
      columns - INDENT,
    ).map((line) => `  ${line}`),
    // A command is one line, to be copied.
    ...(next === null || fits ? [] : ["", `  This ${NEXT_WHY}:`, `  ${next}`]),
    "",
    `${verdict}  ${report.runId}`,
    "",
  ].join("\n")
}

const NEXT_WHY = "shows what happened when"

/** The command that shows more of a run that did not pass. */
function nextCommand({ runId }: RunReport, command: string): string {
  return `${command} report ${runId} --format html > report.html`
}

// What a narrow terminal shows of a row: how it stands with the limit.
const NARROW_COLUMNS: Column[] = ["endpoint", "p95", "limit", "margin", "failed"]

/** The table in as many columns as the terminal has room for, so that no number is broken by the end of a line. */
function endpointTable(report: RunReport, paint: Paint, width: number): string[] {
  const full = tableOf(report, paint, endpointColumns(report))
  const widest = Math.max(...full.map((line) => stringWidth(line)))
  if (widest + INDENT <= width) return full
  return [
    ...tableOf(report, paint, NARROW_COLUMNS),
    "",
    ...wrapText("More room, or --format markdown, shows every column.", width - INDENT),
  ]
}

function tableOf(report: RunReport, paint: Paint, columns: readonly Column[]): string[] {
  const rows = [...worstFirst(report.endpoints), ...overallRows(report)].map((row) => {
    const sign = mark(row)
    const texts = endpointCells(row)
    const cells = columns.map((column) =>
      isBroken(row, column) ? paint("red", texts[column]) : texts[column],
    )
    return [paint(SIGN_STYLE[sign], sign), ...cells]
  })
  const head = ["", ...columns].map((cell) => paint("dim", cell))
  return formatTable([head, ...rows], `LL${"R".repeat(columns.length - 1)}`)
}
