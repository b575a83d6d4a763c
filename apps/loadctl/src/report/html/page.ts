import { html } from "@remix-run/html-template"
import type { SafeHtml } from "@remix-run/html-template"

import { drawChart } from "./draw.ts"
import type { Chart, ChartGroup, Fact, ReportPage, Section, Table } from "./model.ts"
import { STYLE } from "./style.ts"

// Whatever a run's names and messages are made of: no script runs, and nothing is fetched.
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"

/** One document that needs nothing but itself. Every text of the run is escaped. */
export function renderPage(page: ReportPage): string {
  return `<!DOCTYPE html>\n${String(
    html`<html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${POLICY}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${page.title}</title>
        <style>
          ${html.raw`${STYLE}`}
        </style>
      </head>
      <body>
        ${header(page)}
        <main>
          ${section(
            "Endpoints",
            html`<div class="wide">${table(page.endpoints)}</div>
              ${facts(page.facts)}`,
          )}
          ${section("Over time", charts(page.overTime, "time"), seconds(page.seconds))}
          ${page.perEndpoint.charts.length > 0 ? section("Latency of each endpoint, ms", charts(page.perEndpoint, "endpoint")) : null}
          ${page.distribution.note === page.overTime.note && page.overTime.note !== null ? null : section("Distribution", distribution(page.distribution))}
          ${section("Failed requests", list(page.failures))} ${section("Checks", list(page.checks))}
          ${section("Audit", list(page.audit))}
          ${section("API and database", charts(page.health, "health"), page.health.charts.length > 0 ? list(page.waits) : null)}
          ${section("Sources", list(page.sources))}
          ${section("Manifest", page.manifest.length > 0 ? facts(page.manifest) : html`<p>The run did not come to it.</p>`)}
        </main>
        <footer>
          Percentiles are over the requests themselves, interpolated as k6 does. Made by loadctl.
        </footer>
      </body>
    </html>`,
  )}\n`
}

function header({ verdict, headline, runId, when, tiles, reasons, causes, warnings }: ReportPage): SafeHtml {
  const findings = (texts: string[], kind: string, sign: string) =>
    texts.map((text) => html`<li class="${kind}"><b aria-hidden="true">${sign}</b>${text}</li> `)
  const all = [
    ...findings(reasons, "reason", "✗"),
    ...findings(causes, "cause", "→"),
    ...findings(warnings, "warning", "!"),
  ]
  return html`<header>
    <span class="verdict ${verdict}">${verdict}</span>
    <h1>${headline}</h1>
    <p class="faint">${runId} · ${when}</p>
    ${
      all.length > 0
        ? html`<ul class="findings">
            ${all}
          </ul>`
        : null
    }
    <dl class="tiles">
      ${tiles.map(
        ({ name, value, detail, state }) =>
          html`<div>
            <dt>${name}</dt>
            <dd>
              <div class="value ${state}">${value}</div>
              <div class="detail">${detail}</div>
            </dd>
          </div> `,
      )}
    </dl>
  </header>`
}

function section(title: string, ...parts: (SafeHtml | null)[]): SafeHtml {
  return html`<section>
    <h2>${title}</h2>
    ${parts}
  </section>`
}

function list({ note, table: content }: Section): SafeHtml {
  return html`<p>${note}</p>
    ${content ? table(content) : null}`
}

const MARK_WORDS = {
  "✓": { className: "kept", word: "kept" },
  "✗": { className: "broken", word: "broken" },
  "?": { className: "unknown", word: "too few samples" },
} as const

/** Scrolls sideways where it is too wide, by keyboard too. */
function table({ caption, head, rows, texts }: Table): SafeHtml {
  const word = (column: number) => (column === 0 || texts.includes(column) ? html` class="word"` : null)
  const body = rows.map(({ mark, cells: [first, ...others] }) => {
    const sign = mark && MARK_WORDS[mark]
    const shown = sign
      ? html`<span class="mark ${sign.className}" role="img" aria-label="${sign.word}">${mark}</span>`
      : null
    const cells = others.map(({ text, bad }, index) =>
      bad ? html`<td class="bad">${text}</td>` : html`<td${word(index + 1)}>${text}</td>`,
    )
    return html`<tr>
      <th scope="row">${shown}${first?.text}</th>
      ${cells}
    </tr> `
  })
  return html`<section class="scroll" aria-label="${caption}" tabindex="0">
    <table>
      <caption>
        ${caption}
      </caption>
      <thead>
        <tr>
          ${head.map((text, column) => html`<th scope="col" ${word(column)}>${text}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${body}
      </tbody>
    </table>
  </section>`
}

function charts({ note, legend, charts: drawn }: ChartGroup, id: string): SafeHtml {
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
  const { title, summary, unit, lines, ownLegend } = chart
  const svg = drawChart(chart, id).replace("<svg ", `<svg role="img" aria-labelledby="${id}-title" `)
  const keys = lines.map(({ name, tone }) => html`<li class="key ${tone}">${name}</li>`)
  return html`<figure>
    <figcaption id="${id}-title">
      <b>${title}</b><span class="unit">${unit}</span>
      <span>${summary}</span>
    </figcaption>
    ${
      ownLegend
        ? html`<ul class="legend">
            ${keys}
          </ul>`
        : null
    }
    ${html.raw`${svg}`}
  </figure> `
}

function distribution(group: ChartGroup): SafeHtml {
  const [all, ...others] = group.charts
  if (!all || others.length < 2) return charts(group, "distribution")
  return html`${charts({ ...group, charts: [all] }, "distribution")}
    <details>
      <summary>Each endpoint</summary>
      ${charts({ ...group, legend: [], charts: others }, "distribution-of")}
    </details>`
}

function seconds(content: Table | null): SafeHtml | null {
  return (
    content &&
    html`<details>
      <summary>The figures of these charts</summary>
      ${table(content)}
    </details>`
  )
}

function facts(known: readonly Fact[]): SafeHtml {
  return html`<dl class="facts">
    ${known.map(
      ({ name, text }) =>
        html`<dt>${name}</dt>
          <dd>${text}</dd> `,
    )}
  </dl>`
}
