import { HeatmapChart, LineChart } from "echarts/charts"
import { GridComponent, LegendComponent, MarkLineComponent, VisualMapComponent } from "echarts/components"
import { init, use } from "echarts/core"
import type { EChartsCoreOption } from "echarts/core"
import { SVGRenderer } from "echarts/renderers"

import { lookOf } from "../grafana/dashboard-json.ts"
import type { Panel } from "../grafana/dashboard-json.ts"
import type { Line } from "./answers.ts"
import { FAINT, FONT, GRID, PALETTE, TEXT, format, hex } from "./theme.ts"

use([
  GridComponent,
  HeatmapChart,
  LegendComponent,
  LineChart,
  MarkLineComponent,
  SVGRenderer,
  VisualMapComponent,
])

export type Size = { width: number; height: number }

const axisText = { color: FAINT, fontFamily: FONT, fontSize: 11 }
// Axis labels take their room from the plot, not from its surroundings.
const inside = { left: 8, right: 12, top: 10, bottom: 8, outerBoundsMode: "same" }
const splitLine = { lineStyle: { color: GRID } }

function draw(option: EChartsCoreOption, size: Size): string {
  const chart = init(null, null, { renderer: "svg", ssr: true, ...size })
  chart.setOption({ animation: false, useUTC: true, backgroundColor: "transparent", ...option })
  const svg = chart.renderToSVGString()
  chart.dispose()
  return svg
}

/** Lines over time or over seconds, stacked where the panel stacks them, with the panel's limit. */
export function lineChart(panel: Panel, lines: readonly Line[], size: Size): string {
  const { defaults } = panel.fieldConfig
  const trend = panel.type === "trend"
  const yAxis = (right: boolean) => ({
    type: "value",
    position: right ? "right" : "left",
    ...(right ? {} : { max: softMax(panel) }),
    splitLine: right ? { show: false } : splitLine,
    axisLabel: { ...axisText, formatter: (value: number) => format(right ? {} : defaults, value) },
  })
  return draw(
    {
      color: PALETTE,
      grid: { ...inside, bottom: 36 },
      legend: {
        bottom: 0,
        icon: "rect",
        itemWidth: 12,
        itemHeight: 3,
        textStyle: { ...axisText, color: TEXT },
      },
      xAxis: {
        type: trend ? "value" : "time",
        splitLine: { show: false },
        axisLine: { lineStyle: { color: GRID } },
        axisLabel: { ...axisText, hideOverlap: true, ...(trend ? { formatter: "{value} s" } : {}) },
      },
      yAxis: [yAxis(false), yAxis(true)],
      series: lines.map((line, index) => lineSeries(panel, line, index)),
    },
    size,
  )
}

/** The axis reaches at least this far, and further where the values do. */
function softMax({ fieldConfig: { defaults } }: Panel) {
  const least = defaults.custom?.["axisSoftMax"]
  return typeof least === "number" ? ({ max }: { max: number }) => Math.max(max, least) : undefined
}

function lineSeries(panel: Panel, { name, points }: Line, index: number) {
  const look = lookOf(panel, name)
  const fixed = look.color?.fixedColor
  const stacked = look.custom?.stacking?.mode === "normal"
  const right = look.custom?.["axisPlacement"] === "right"
  return {
    name,
    type: "line",
    data: points,
    showSymbol: false,
    yAxisIndex: right ? 1 : 0,
    lineStyle: { width: 1.5, type: right ? "dashed" : "solid" },
    ...(fixed === undefined ? {} : { color: hex(fixed) }),
    ...(stacked ? { stack: "all", areaStyle: { opacity: 0.45 } } : {}),
    ...(index === 0 ? { markLine: limitLine(panel) } : {}),
  }
}

/** The threshold that the panel draws as a line; a trend only colours by it, but the limit is the same. */
function limitLine({ fieldConfig: { defaults }, type }: Panel) {
  const drawn = type === "trend" || defaults.custom?.thresholdsStyle?.mode === "line"
  const limits = drawn ? (defaults.thresholds?.steps ?? []).filter(({ value }) => value !== null) : []
  return {
    silent: true,
    symbol: "none",
    label: { show: false },
    data: limits.map(({ value, color }) => ({
      yAxis: value,
      lineStyle: { color: hex(color), type: "solid", width: 1 },
    })),
  }
}

/** Each line of the panel is a row of cells, named by its upper bound. */
export function heatmapChart(lines: readonly Line[], size: Size): string {
  const times = (lines[0]?.points ?? []).map(([time]) => time)
  const cells = lines.flatMap(({ points }, row) =>
    points.flatMap(([, count], column) => (count ? [[column, row, Math.sqrt(count)]] : [])),
  )
  return draw(
    {
      grid: inside,
      xAxis: {
        type: "category",
        data: times.map((time) => new Date(time).toISOString().slice(11, 19)),
        axisLabel: axisText,
        axisLine: { lineStyle: { color: GRID } },
      },
      yAxis: {
        type: "category",
        data: lines.map(({ name }) => `${name} ms`),
        axisLabel: axisText,
        axisLine: { show: false },
      },
      visualMap: {
        show: false,
        min: 0,
        max: Math.max(1, ...cells.map(([, , count]) => count ?? 0)),
        inRange: { color: ["#2b1a10", "#a63603", "#f16913", "#fdae6b", "#feedde"] },
      },
      series: [{ type: "heatmap", data: cells }],
    },
    size,
  )
}
