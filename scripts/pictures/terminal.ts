import { createColorPalette, defaultNamedColorsMap, parseAnsiSequences } from "ansi-sequence-parser"
import type { ParseToken } from "ansi-sequence-parser"

// Of a monospaced font, most are 0.6 em wide; each stretch of text is fitted to that, whatever the reader has.
const FONT_SIZE = 14
const CELL = { width: FONT_SIZE * 0.6, height: 20 }
const MARGIN = 20
const BAR = 34
const PAGE = "#0d1117"
const FRAME = "#3d444d"
const TEXT = "#e6edf3"

const PALETTE = createColorPalette({
  ...defaultNamedColorsMap,
  red: "#f85149",
  green: "#3fb950",
  yellow: "#d29922",
  blue: "#58a6ff",
  cyan: "#56d4dd",
})

type Style = Pick<ParseToken, "foreground" | "decorations">
type Cell = { character: string; style: Style }
type Stretch = { column: number; cells: number; text: string; style: Style }

/**
 * What a terminal of so many columns would show, as SVG, colours kept.
 *
 * @param output text with ANSI sequences for colour; any other sequence is not for pictures
 */
export function drawTerminal(title: string, output: string, columns = 120): string {
  const rows = cellRows(output).flatMap((row) => wrap(row, columns))
  const width = Math.ceil(MARGIN * 2 + CELL.width * Math.max(40, ...rows.map((row) => row.length)))
  const height = BAR + MARGIN * 2 + CELL.height * rows.length
  const texts = rows.flatMap((row, line) =>
    stretches(row).map((stretch) => textOf(stretch, BAR + MARGIN + CELL.height * (line + 0.75))),
  )
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
    `<rect x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="8" fill="${PAGE}" stroke="${FRAME}"/>`,
    ...["#f85149", "#d29922", "#3fb950"].map(
      (color, index) => `<circle cx="${22 + index * 20}" cy="${BAR / 2 + 3}" r="6" fill="${color}"/>`,
    ),
    `<g font-family="ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace" font-size="${FONT_SIZE}">`,
    `<text x="${width / 2}" y="${BAR / 2 + 8}" text-anchor="middle" fill="#9198a1">${escaped(title)}</text>`,
    ...texts,
    "</g></svg>\n",
  ].join("\n")
}

function cellRows(output: string): Cell[][] {
  const rows: Cell[][] = [[]]
  for (const { value, foreground, decorations } of parseAnsiSequences(output.trim())) {
    for (const character of value) {
      if (character === "\n") rows.push([])
      else rows.at(-1)?.push({ character, style: { foreground, decorations } })
    }
  }
  return rows
}

/** A terminal breaks where its columns end. */
function wrap(row: readonly Cell[], columns: number): Cell[][] {
  const parts = Math.max(1, Math.ceil(row.length / columns))
  return Array.from({ length: parts }, (_, part) => row.slice(part * columns, (part + 1) * columns))
}

/** Text of one style without wide gaps, so that each column of a table begins where it should. */
function stretches(row: readonly Cell[]): Stretch[] {
  const found: Stretch[] = []
  let gap = Infinity
  for (const [column, { character, style }] of row.entries()) {
    const last = found.at(-1)
    if (character === " ") gap += 1
    else {
      if (last && gap < 2 && sameStyle(last.style, style)) {
        last.text += " ".repeat(gap) + character
        last.cells = column + 1 - last.column
      } else found.push({ column, cells: 1, text: character, style })
      gap = 0
    }
  }
  return found
}

function sameStyle(a: Style, b: Style): boolean {
  return a.foreground === b.foreground && [...a.decorations].join() === [...b.decorations].join()
}

function textOf({ column, cells, text, style: { foreground, decorations } }: Stretch, y: number): string {
  const attributes = [
    `x="${(MARGIN + column * CELL.width).toFixed(1)}" y="${y}"`,
    `textLength="${(cells * CELL.width).toFixed(1)}" lengthAdjust="spacingAndGlyphs" xml:space="preserve"`,
    `fill="${foreground ? PALETTE.value(foreground) : TEXT}"`,
    ...(decorations.has("bold") ? ['font-weight="bold"'] : []),
    ...(decorations.has("dim") ? ['opacity="0.65"'] : []),
  ]
  return `<text ${attributes.join(" ")}>${escaped(text)}</text>`
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;")
}
