import { html } from "@remix-run/html-template"
import type { SafeHtml } from "@remix-run/html-template"

import type { Chart, ChartGroup } from "./model.ts"
import { TONES } from "./tones.ts"

/** A group of charts with what their lines have in common; a group that cannot be drawn is its note. */
export function charts({ note, legend, charts: drawn }: ChartGroup, id: string): SafeHtml {
  if (drawn.length === 0) return html`<p>${note}</p>`
  const shaded = drawn.some((chart) => chart.shaded.length > 0)
  const keys = [
    ...legend.map(({ tone, text }) => html`<li class="key ${tone}">${text}</li>`),
    ...(shaded ? [html`<li class="key shaded">warm-up and cool-down</li>`] : []),
  ]
  return html`${
      keys.length > 0
        ? html`<ul class="legend">
            ${keys}
          </ul>`
        : null
    }
    <div class="charts">${drawn.map((chart, index) => figure(chart, `${id}${index}`))}</div>`
}

function figure(chart: Chart, id: string): SafeHtml {
  const { title, summary, unit } = chart
  return html`<figure>
    <figcaption id="${id}-title">
      <b>${title}</b><span class="unit">${unit}</span>
      <span>${summary}</span>
    </figcaption>
    <div class="chart" role="img" aria-labelledby="${id}-title" data-chart="${chartData(chart)}"></div>
  </figure> `
}

/** What the page's script draws: figures and names of ours, nothing that a script or a server chose. */
export function chartData({ x, unit, lines, limit, shaded, yMax }: Chart): string {
  const xs = [...new Set(lines.flatMap(({ points }) => points.map(([at]) => at)))].toSorted((a, b) => a - b)
  const columns = lines.map(({ points }) => {
    const known = new Map(points)
    return xs.map((at) => short(known.get(at) ?? null))
  })
  return JSON.stringify({
    ...x,
    unit,
    lines: lines.map(({ name, tone }) => ({ name, tone, ...looks(tone) })),
    data: [xs.map(short), ...columns],
    limit,
    shaded,
    yMax,
  })
}

function looks(tone: keyof typeof TONES) {
  const { width, dash, step, fill } = TONES[tone]
  return { width, dash, step, fill }
}

/** With the digits that a picture can show. */
function short(value: number | null): number | null {
  return value === null ? null : Number(value.toPrecision(5))
}
