import { html } from "@remix-run/html-template"

import { headline } from "../cells.ts"
import type { RunReport } from "../model.ts"
import { suiteText, suiteVerdict } from "../suite.ts"
import type { RunDetails } from "./details.ts"
import type { Table } from "./model.ts"
import { hasCharts, renderBody } from "./page.ts"
import { renderDocument } from "./shell.ts"
import { table } from "./table.ts"
import { viewOf } from "./view.ts"

/** Several runs as one page: what came out of each, then each in full. */
export function renderSuiteHtml(
  name: string,
  runs: readonly { report: RunReport; details: RunDetails }[],
): string {
  const reports = runs.map(({ report }) => report)
  const verdict = suiteVerdict(reports)
  const pages = runs.map(({ report, details }) => viewOf(report, details))
  const body = html`<header>
      <span class="verdict ${verdict}">${verdict}</span>
      <h1>${name}: ${suiteText(reports)}</h1>
      ${table(summary(reports))}
    </header>
    ${pages.map((page, index) => html`<article id="run${index}">${renderBody(page, `run${index}-`)}</article> `)}`
  return renderDocument({ title: `${verdict} ${name}`, body, charts: pages.some(hasCharts) })
}

function summary(reports: readonly RunReport[]): Table {
  return {
    caption: "Runs",
    head: ["scenario", "verdict", "what happened"],
    rows: reports.map((report, index) => ({
      mark: report.verdict === "PASS" ? "✓" : report.verdict === "FAIL" ? "✗" : "?",
      cells: [
        { text: report.scenario, href: `#run${index}` },
        { text: report.verdict },
        { text: headline(report) },
      ],
    })),
    texts: [1, 2],
  }
}
