import { lookOf } from "../grafana/dashboard-json.ts"
import type { Look, Panel } from "../grafana/dashboard-json.ts"
import { rowsOf } from "../grafana/influx.ts"
import type { Series } from "../grafana/influx.ts"
import type { Size } from "./charts.ts"
import { FAINT, FONT, GRID, TEXT, format, hex, thresholdColor } from "./theme.ts"

const LINE = 24

type Cell = { text: string; color: string }

/** A table with the panel's names, units, colours and mappings. */
export function tableSvg(panel: Panel, series: readonly Series[], { width, height }: Size): string {
  const rows = rowsOf(series)
  const columns = Object.keys(rows[0] ?? {}).filter((column) => column !== "time")
  const wide = width * 0.28
  const left = (index: number): number =>
    index === 0 ? 0 : wide + ((index - 1) * (width - wide)) / Math.max(1, columns.length - 1)
  const header = columns.map((column, index) =>
    text(left(index), 14, { text: lookOf(panel, column).displayName ?? column, color: FAINT }),
  )
  const lines = rows.slice(0, Math.floor(height / LINE) - 1).map((row, line) => {
    const y = LINE * (line + 1)
    const cells = columns.map((column, index) =>
      text(left(index), y + 16, cellOf(lookOf(panel, column), row[column] ?? null)),
    )
    return `<line x1="0" x2="${width}" y1="${y}" y2="${y}" stroke="${GRID}"/>${cells.join("")}`
  })
  return [...header, ...lines].join("")
}

/** One large number, in the colour of its threshold. */
export function statSvg(panel: Panel, series: readonly Series[], { width, height }: Size): string {
  const look = lookOf(panel, "")
  const [row = {}] = rowsOf(series)
  const value = Object.values(row).findLast((candidate) => typeof candidate === "number")
  const cell =
    value === undefined
      ? { text: look.noValue ?? "No data", color: hex("green") }
      : { text: format(look, value), color: thresholdColor(look, value) }
  return `<text x="${width / 2}" y="${height / 2 + 8}" text-anchor="middle" font-size="26" font-weight="bold" font-family="${FONT}" fill="${cell.color}">${escaped(cell.text)}</text>`
}

function cellOf(look: Look, value: string | number | null): Cell {
  if (typeof value !== "number") return { text: value ?? "", color: TEXT }
  const mapped = look.mappings?.find(
    ({ options: { from, to } }) => value >= (from ?? -Infinity) && value <= (to ?? Infinity),
  )
  if (mapped) return { text: mapped.options.result.text, color: hex(mapped.options.result.color) }
  return { text: format(look, value), color: look.thresholds ? thresholdColor(look, value) : TEXT }
}

const text = (x: number, y: number, cell: Cell): string =>
  `<text x="${x}" y="${y}" font-size="12" font-family="${FONT}" fill="${cell.color}">${escaped(cell.text)}</text>`

export const escaped = (words: string): string =>
  words.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;")
