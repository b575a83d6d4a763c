import { html } from "@remix-run/html-template"
import type { SafeHtml } from "@remix-run/html-template"

import { charts } from "./figure.ts"
import type { ChartGroup, ReportPage, Section, Table } from "./model.ts"
import { renderDocument } from "./shell.ts"
import { facts, list, section, table } from "./table.ts"

/** One document that needs nothing but itself. Every text of the run is escaped. */
export function renderPage(page: ReportPage): string {
  return renderDocument({ title: page.title, body: renderBody(page), charts: hasCharts(page) })
}

export function hasCharts({ overTime, perEndpoint, distribution, health }: ReportPage): boolean {
  return [overTime, perEndpoint, distribution, health].some((group) => group.charts.length > 0)
}

/** The page without what is around it; `prefix` keeps the ids of several on one page apart. */
export function renderBody(page: ReportPage, prefix = ""): SafeHtml {
  const { overTime, perEndpoint, distribution: spread, health } = page
  return html`${header(page)}
    <main>
      ${section(
        "Endpoints",
        html`<div class="wide">${table(page.endpoints)}</div>
          ${facts(page.facts)}`,
      )}
      ${overTime.note === null ? section("Over time", hint(), charts(overTime, `${prefix}time`), seconds(page.seconds)) : null}
      ${group("Latency of each endpoint", perEndpoint, charts(perEndpoint, `${prefix}endpoint`))}
      ${group("Distribution", spread, distribution(spread, prefix))} ${part("Failed requests", page.failures)}
      ${part("Checks", page.checks)} ${part("Audit", page.audit)}
      ${group("Target and database", health, html`${charts(health, `${prefix}health`)}${tableOf(page.waits)}`)}
      ${part("Sources", page.sources)}
      ${page.manifest.length > 0 ? section("Manifest", facts(page.manifest)) : null}
      ${page.absent.length > 0 ? section("Not in this report", facts(page.absent)) : null}
    </main>
    <footer>Percentiles are over the requests themselves, interpolated as k6 does. Made by loadctl.</footer>`
}

function hint(): SafeHtml {
  return html`<p class="faint">Values under the pointer; a drag zooms in, a double click out.</p>
    <noscript><p>The charts need JavaScript; their figures are in the table below them.</p></noscript>`
}

/** A section that has something to show. */
function group(title: string, { charts: drawn }: ChartGroup, content: SafeHtml): SafeHtml | null {
  return drawn.length > 0 ? section(title, content) : null
}

function part(title: string, content: Section): SafeHtml | null {
  return content.table ? section(title, list(content)) : null
}

function tableOf(content: Section): SafeHtml | null {
  return content.table ? list(content) : null
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

function distribution(spread: ChartGroup, prefix: string): SafeHtml {
  const [all, ...others] = spread.charts
  if (!all || others.length < 2) return charts(spread, `${prefix}distribution`)
  return html`${charts({ ...spread, charts: [all] }, `${prefix}distribution`)}
    <details>
      <summary>Each endpoint</summary>
      ${charts({ ...spread, legend: [], charts: others }, `${prefix}distribution-of`)}
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
