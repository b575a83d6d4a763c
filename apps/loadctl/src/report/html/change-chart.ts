import { html } from "@remix-run/html-template"
import type { SafeHtml } from "@remix-run/html-template"

import type { Comparison, Difference, EndpointComparison, Verdict } from "../../compare/model.ts"
import { decimalText, msText } from "../../sla/text.ts"

const LATENCIES = ["p50", "p95", "p99"] as const

// A scale of less would make noise look like something.
const LEAST_SCALE = 0.1

const CLASS = {
  worse: "bad",
  better: "good",
  inconclusive: "open",
  "no-difference": "same",
  "not-comparable": "open",
} as const satisfies Record<Verdict, string>

type Change = { name: string; difference: Difference; low: number; at: number; high: number }

/** How much each latency of each endpoint changed, with its 95 % interval where several runs show one; a picture each. */
export function changeCharts({ endpoints }: Pick<Comparison, "endpoints">): SafeHtml | null {
  const figures = LATENCIES.flatMap((metric) => {
    const changes = endpoints.flatMap((endpoint) => changeOf(endpoint, metric))
    return changes.length === 0 ? [] : [chart(metric, changes)]
  })
  return figures.length === 0 ? null : html`<div class="charts">${figures}</div>`
}

function changeOf({ name, differences }: EndpointComparison, metric: string): Change[] {
  const difference = differences.find((one) => one.metric === metric)
  if (!difference || difference.share === null || !difference.base) return []
  const { base, share, interval } = difference
  const [low, high] = interval ? [interval.low / base, interval.high / base] : [share, share]
  return [{ name, difference, low, at: share, high }]
}

function chart(metric: string, changes: readonly Change[]): SafeHtml {
  const scale = Math.max(LEAST_SCALE, ...changes.flatMap(({ low, high }) => [Math.abs(low), Math.abs(high)]))
  const place = (share: number): string => `${(50 + (share / scale) * 48).toFixed(2)}%`
  const rows = changes.map(({ name, difference, low, at, high }) => {
    const left = place(low)
    const width = `${Math.max(0.4, ((high - low) / scale) * 48).toFixed(2)}%`
    return html`<li title="${name}: ${changeText(difference)}">
      <span class="name">${name}</span>
      <span class="track ${CLASS[difference.verdict]}">
        <i class="span" style="left: ${left}; width: ${width}"></i
        ><i class="dot" style="left: ${place(at)}"></i>
      </span>
      <span class="value">${shareText(at)}</span>
    </li> `
  })
  return html`<figure>
    <figcaption>
      <b>Change of ${metric}</b><span class="unit">%</span>
      <span>from −${shareText(scale).slice(1)} to ${shareText(scale)}; bars are 95 % intervals</span>
    </figcaption>
    <ul class="changes">
      ${rows}
    </ul>
  </figure>`
}

function changeText({ base, candidate, interval }: Difference): string {
  const range = interval
    ? `, the change is ${msText(interval.low)} to ${msText(interval.high)} ms with 95 % confidence`
    : ""
  return `${msText(base)} → ${msText(candidate)} ms${range}`
}

function shareText(share: number): string {
  return `${share > 0 ? "+" : ""}${decimalText(share * 100, Math.abs(share) < 0.1 ? 1 : 0)} %`
}
