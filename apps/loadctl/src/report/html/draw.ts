import { LineChart } from "echarts/charts"
import { GridComponent, MarkAreaComponent, MarkLineComponent } from "echarts/components"
import { init, use } from "echarts/core"
import type { EChartsCoreOption } from "echarts/core"
import { SVGRenderer } from "echarts/renderers"

import type { Chart, Line } from "./model.ts"
import { TONES } from "./tones.ts"

use([GridComponent, LineChart, MarkAreaComponent, MarkLineComponent, SVGRenderer])

// Drawn about as wide as a phone shows it, so that its text stays readable there.
const SIZE = { width: 400, height: 190 }

const TEXT = { color: "var(--faint)", fontFamily: "inherit", fontSize: 11.5 }
const GRID_LINE = { lineStyle: { color: "var(--line)" } }

/**
 * Draws a chart as SVG for a page whose style sheet has the colours, so that one drawing serves light and dark.
 *
 * @param id unique on the page; clip paths are named after it
 */
export function drawChart(chart: Chart, id: string): string {
  const drawing = init(null, null, { renderer: "svg", ssr: true, ...SIZE })
  try {
    drawing.setOption(optionOf(chart))
    return tidy(drawing.renderToSVGString({ useViewBox: true }), id)
  } finally {
    // Without this, its clock would keep the process alive.
    drawing.dispose()
  }
}

function optionOf(chart: Chart): EChartsCoreOption {
  return {
    animation: false,
    backgroundColor: "transparent",
    // Labels take their room from the plot.
    grid: { left: 2, right: 10, top: 14, bottom: 2, outerBoundsMode: "same" },
    xAxis: xAxis(chart),
    yAxis: {
      type: "value",
      min: 0,
      ...(chart.yMax === null ? {} : { max: chart.yMax, interval: evenInterval(chart.yMax) }),
      // There is no half a session.
      ...(chart.yMax === null && chart.unit !== "cores" ? { minInterval: 1 } : {}),
      splitNumber: 4,
      splitLine: GRID_LINE,
      axisLine: { show: false },
      axisTick: { show: false },
      axisLabel: { ...TEXT, formatter: (value: number) => value.toLocaleString("en-US") },
    },
    series: chart.lines.map((line, index) => ({
      ...series(line),
      ...(index === 0 ? { markArea: shading(chart), markLine: limit(chart) } : {}),
    })),
  }
}

/** A quarter or a fifth of the axis, whichever is the rounder number. */
function evenInterval(max: number): number {
  const quarter = max / 4
  const digits = quarter / 10 ** Math.floor(Math.log10(quarter))
  return Math.abs(digits * 2 - Math.round(digits * 2)) < 1e-9 ? quarter : max / 5
}

function xAxis({ x }: Chart) {
  const long = x.max > 120
  return {
    type: x.kind === "seconds" ? "value" : "log",
    min: x.min,
    max: x.max,
    splitLine: { show: false },
    axisLine: { onZero: false, ...GRID_LINE },
    axisTick: { show: false },
    axisLabel: {
      ...TEXT,
      hideOverlap: true,
      showMinLabel: true,
      formatter: x.kind === "latency" ? latencyLabel : long ? minutesLabel : secondsLabel,
    },
    ...(x.kind === "seconds" ? { ...(long ? { interval: minuteInterval(x.max) } : {}), splitNumber: 6 } : {}),
  }
}

// The ends of the axes are wherever the data ends; only round numbers get a label.
const secondsLabel = (second: number): string => (isRound(second) ? `${Number(second.toFixed(1))} s` : "")
const minutesLabel = (second: number): string =>
  isRound(second) ? `${Math.floor(second / 60)}:${String(Math.round(second % 60)).padStart(2, "0")}` : ""
const latencyLabel = (ms: number): string =>
  isRound(Math.log10(ms)) ? `${Number(ms.toPrecision(1)).toLocaleString("en-US")} ms` : ""

function isRound(value: number): boolean {
  return Math.abs(value * 10 - Math.round(value * 10)) < 1e-6
}

/** Half a minute, a minute, ...: as many as leave each label its room. */
function minuteInterval(seconds: number): number {
  return [30, 60, 120, 300, 600, 1_800, 3_600].find((interval) => seconds / interval <= 6) ?? seconds / 6
}

function series({ name, tone, points }: Line) {
  const { width, dash, step, fill } = TONES[tone]
  const lonely = points.filter(([, y]) => y !== null).length < 2
  return {
    name,
    type: "line",
    data: points,
    silent: true,
    // A single point has no line to be seen by.
    showSymbol: lonely,
    symbol: "circle",
    symbolSize: 4,
    color: `var(--${tone})`,
    lineStyle: { width, type: dash },
    ...(step ? { step: "end" } : {}),
    ...(fill ? { areaStyle: { opacity: 0.15 } } : {}),
  }
}

function shading({ shaded }: Chart) {
  return {
    silent: true,
    itemStyle: { color: "var(--shade)" },
    data: shaded.map(({ from, to }) => [{ xAxis: from }, { xAxis: to }]),
  }
}

function limit({ limit, x }: Chart) {
  const axis = x.kind === "latency" ? "xAxis" : "yAxis"
  return {
    silent: true,
    symbol: "none",
    lineStyle: { color: "var(--limit)", type: "dashed", width: 1 },
    label: {
      ...TEXT,
      color: "var(--limit)",
      // At the left, where a run warms up, lines are low and leave it room.
      position: x.kind === "latency" ? "end" : "insideStartTop",
      distance: 2,
    },
    data: limit ? [{ [axis]: limit.value, label: { formatter: limit.text } }] : [],
  }
}

/** Without what only a live chart needs; the names of ECharts' parts count through the process, ours do not. */
function tidy(svg: string, id: string): string {
  return svg
    .replaceAll(/<style ?>[\s\S]*?<\/style>\n?/g, "")
    .replaceAll(
      / (?:class="zr[^"]*"|ecmeta_\w+="[^"]*"|pointer-events="[^"]*"|xmlns(?::xlink)?="[^"]*")/g,
      "",
    )
    .replaceAll(/ (?:version="1.1"|baseProfile="full")/g, "")
    .replaceAll(/\bzr\d+-(\w+)/g, `${id}-$1`)
}
