import { styleText } from "node:util"

import { fitPairs, fitTable, wrapItem, wrapText } from "../fit.ts"
import type { Section, Sheet, Tone } from "./model.ts"

const INDENT = 2

type Style = Parameters<typeof styleText>[0]

const STYLE = { good: "green", bad: "red", warning: "yellow", calm: "dim" } as const satisfies Record<
  Tone,
  Style
>

/** A sheet for a terminal: the headline first and last, each section followed by an empty line. */
export function renderSheetText(
  { label, tone, title, sections }: Sheet,
  { color, columns = Infinity }: { color: boolean; columns?: number | undefined },
): string {
  const width = columns - INDENT
  const paint = painter(color)
  const headline = wrapItem(`${paint(["bold", STYLE[tone]], label)} `, title, columns).join("\n")
  const body = sections
    .filter(({ only }) => only !== "markdown")
    .flatMap((section) => {
      const lines = sectionLines(section, paint, width)
      // A heading belongs to what follows it.
      return lines.length === 0 || section.kind === "heading" ? lines : [...lines, ""]
    })
  return ["", headline, "", ...body.map((line) => (line === "" ? "" : `  ${line}`)), headline, ""].join("\n")
}

type Paint = (style: Style, text: string) => string

function sectionLines(section: Section, paint: Paint, width: number): string[] {
  switch (section.kind) {
    case "table": {
      if (section.rows.length === 0) return []
      const rows = section.rows.map(({ tone, mark, cells }) => [
        paint(STYLE[tone], mark),
        ...cells.map((cell) => (tone === "calm" || mark === "" ? cell : paint(STYLE[tone], cell))),
      ])
      const marked = section.rows.some(({ mark }) => mark !== "")
      const table = [["", ...section.columns], ...rows].map((row) => (marked ? row : row.slice(1)))
      const alignment = marked ? `L${section.alignment}` : section.alignment
      return fitTable(table, { alignment, width, leading: (section.keys ?? 1) + (marked ? 1 : 0) })
    }
    case "list":
      return section.items.flatMap(({ tone, mark, text }) => wrapItem(paint(STYLE[tone], mark), text, width))
    case "facts":
      return fitPairs(section.pairs, width)
    case "heading":
      return wrapText(section.text, width)
    default:
      return section.lines
  }
}

function painter(color: boolean): Paint {
  // The caller has looked at the terminal and at NO_COLOR; styleText must not look again.
  return (style, text) => (color && text !== "" ? styleText(style, text, { validateStream: false }) : text)
}
