import type { Panel } from "../grafana/dashboard-json.ts"
import { linesOf } from "./answers.ts"
import type { Ask } from "./answers.ts"
import { escaped, statSvg, tableSvg } from "./cells.ts"
import { heatmapChart, lineChart } from "./charts.ts"
import type { Size } from "./charts.ts"
import { CARD, FAINT, FONT, PAGE, TEXT } from "./theme.ts"

const WIDTH = 1_480
const MARGIN = 12
const COLUMN = (WIDTH - MARGIN) / 24
const UNIT = 34
const HEADING = 26
const TITLE = 46

/** Draws panels side by side in lines of 24 columns, as their dashboard lays them out. Returns an SVG. */
export async function drawPage(title: string, panels: readonly Panel[], ask: Ask): Promise<string> {
  const cards: string[] = []
  let x = 0
  let y = TITLE
  let tallest = 0
  for (const panel of panels) {
    const { w, h } = panel.gridPos
    if (x + w > 24) {
      x = 0
      y += tallest * UNIT
      tallest = 0
    }
    // One after the other: a picture is not worth a burst of queries on a database under test.
    cards.push(await card(panel, ask, { x: MARGIN + x * COLUMN, y }))
    x += w
    tallest = Math.max(tallest, h)
  }
  const height = y + tallest * UNIT + MARGIN
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}"><rect width="100%" height="100%" fill="${PAGE}"/><text x="${MARGIN}" y="30" font-size="18" font-family="${FONT}" fill="${TEXT}">${escaped(title)}</text>${cards.join("")}</svg>`
}

async function card(panel: Panel, ask: Ask, at: { x: number; y: number }): Promise<string> {
  const width = panel.gridPos.w * COLUMN - MARGIN
  const height = panel.gridPos.h * UNIT - MARGIN
  const inner = { width: width - 20, height: height - HEADING - 8 }
  const body = await bodyOf(panel, ask, inner)
  return `<g transform="translate(${at.x},${at.y})"><rect width="${width}" height="${height}" rx="3" fill="${CARD}"/><text x="10" y="18" font-size="12.5" font-family="${FONT}" fill="${FAINT}">${escaped(panel.title)}</text><g transform="translate(10,${HEADING})">${body}</g></g>`
}

async function bodyOf(panel: Panel, ask: Ask, size: Size): Promise<string> {
  if (panel.type === "stat" || panel.type === "table") {
    const series = (await Promise.all(panel.targets.map(({ query }) => ask(query)))).flat()
    return panel.type === "stat" ? statSvg(panel, series, size) : tableSvg(panel, series, size)
  }
  const lines = await linesOf(panel, ask)
  return panel.type === "heatmap" ? heatmapChart(lines, size) : lineChart(panel, lines, size)
}
