// Draws the charts of a page with uPlot: values under the pointer, a drag zooms in, a double click zooms out.
// Each chart is the JSON in its element's data-chart; nothing in it came from the run but figures.
;(() => {
  const HEIGHT = 190
  const DASH = { solid: [], dashed: [6, 4], dotted: [2, 3] }
  const drawn = []

  const color = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim()
  const number = (value) => value.toLocaleString("en-US", { maximumSignificantDigits: 4 })

  const clock = (second) => `${Math.floor(second / 60)}:${String(Math.round(second % 60)).padStart(2, "0")}`
  const secondsLabel = (chart, second) => (chart.max > 120 ? clock(second) : `${number(second)} s`)
  const xLabels = (chart) => (_, splits) =>
    splits.map((x) => (chart.kind === "seconds" ? secondsLabel(chart, x) : `${number(x)} ms`))

  // 10, 20, 50, 100, ... of what is shown; on a narrow chart only the powers of ten.
  const latencySplits = (u) => {
    const { min, max } = u.scales.x
    const digits = u.width < 300 || max / min > 500 ? [1] : [1, 2, 5]
    const decades = Array.from({ length: 12 }, (_, index) => 10 ** (index - 3))
    return decades.flatMap((decade) => digits.map((d) => d * decade)).filter((x) => x >= min && x <= max)
  }

  const axis = (more) => ({
    stroke: () => color("faint"),
    grid: { stroke: () => color("line"), width: 1 },
    ticks: { show: false },
    font: "11px system-ui, sans-serif",
    ...more,
  })

  // Behind the lines: warm-up and cool-down.
  const shade = (chart) => (u) => {
    u.ctx.save()
    u.ctx.fillStyle = color("shade")
    for (const { from, to } of chart.shaded) {
      const left = Math.max(u.bbox.left, u.valToPos(from, "x", true))
      const right = Math.min(u.bbox.left + u.bbox.width, u.valToPos(to, "x", true))
      if (right > left) u.ctx.fillRect(left, u.bbox.top, right - left, u.bbox.height)
    }
    u.ctx.restore()
  }

  // Where the line of the limit goes, in canvas pixels, and its text beside it.
  const levelLimit = (u, value) => {
    const { left, width } = u.bbox
    const y = u.valToPos(value, "y", true)
    return {
      from: [left, y],
      to: [left + width, y],
      text: [left + 4 * devicePixelRatio, y - 4 * devicePixelRatio],
    }
  }
  const uprightLimit = (u, value) => {
    const { top, height } = u.bbox
    const x = u.valToPos(value, "x", true)
    return {
      from: [x, top],
      to: [x, top + height],
      text: [x + 4 * devicePixelRatio, top + 11 * devicePixelRatio],
    }
  }

  // Over the lines: the limit of the SLA, with its value; outside the plot it is cut off.
  const limit = (chart) => (u) => {
    if (!chart.limit) return
    const { left, top, width, height } = u.bbox
    const line = (chart.kind === "latency" ? uprightLimit : levelLimit)(u, chart.limit.value)
    u.ctx.save()
    u.ctx.beginPath()
    u.ctx.rect(left, top, width, height)
    u.ctx.clip()
    u.ctx.strokeStyle = u.ctx.fillStyle = color("limit")
    u.ctx.lineWidth = devicePixelRatio
    u.ctx.setLineDash([5 * devicePixelRatio, 4 * devicePixelRatio])
    u.ctx.beginPath()
    u.ctx.moveTo(...line.from)
    u.ctx.lineTo(...line.to)
    u.ctx.stroke()
    u.ctx.font = `${11 * devicePixelRatio}px system-ui, sans-serif`
    u.ctx.textAlign = "left"
    u.ctx.fillText(chart.limit.text, ...line.text)
    u.ctx.restore()
  }

  const series = (chart) => [
    {
      label: chart.kind === "seconds" ? "at" : "from",
      value: (_, x) =>
        x === null ? "–" : chart.kind === "seconds" ? secondsLabel(chart, x) : `${number(x)} ms`,
    },
    ...chart.lines.map(({ name, tone, width, dash, step, fill }) => ({
      label: name,
      stroke: () => color(tone),
      width,
      dash: DASH[dash],
      spanGaps: false,
      points: { show: false },
      value: (_, y) => (y === null || y === undefined ? "–" : `${number(y)} ${chart.unit}`),
      ...(step ? { paths: uPlot.paths.stepped({ align: 1 }) } : {}),
      ...(fill ? { fill: () => `color-mix(in srgb, ${color(tone)} 15%, transparent)` } : {}),
    })),
  ]

  const options = (chart, width) => ({
    width,
    height: HEIGHT,
    scales: {
      x: {
        time: false,
        distr: chart.kind === "latency" ? 3 : 1,
        range: (_, from, to) => (from === to ? [chart.min, chart.max] : [from, to]),
      },
      y: { range: (_, __, top) => [0, chart.yMax ?? (top > 0 ? top * 1.1 : 1)] },
    },
    axes: [
      axis({
        size: 28,
        values: xLabels(chart),
        grid: { show: false },
        ...(chart.kind === "latency" ? { splits: latencySplits, filter: (_, splits) => splits } : {}),
      }),
      axis({ size: 52, values: (_, splits) => splits.map(number) }),
    ],
    series: series(chart),
    cursor: { sync: chart.kind === "seconds" ? { key: "time" } : undefined, points: { size: 6 } },
    hooks: { drawAxes: [shade(chart)], draw: [limit(chart)] },
  })

  for (const element of document.querySelectorAll("[data-chart]")) {
    const chart = JSON.parse(element.dataset.chart)
    const plot = new uPlot(options(chart, element.clientWidth || 360), chart.data, element)
    drawn.push(plot)
    new ResizeObserver(() => {
      if (element.clientWidth > 0) plot.setSize({ width: element.clientWidth, height: HEIGHT })
    }).observe(element)
  }
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    for (const plot of drawn) plot.redraw()
  })
})()
