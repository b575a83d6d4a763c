import { html } from "@remix-run/html-template"

import { decimalText, msText } from "../../sla/text.ts"
import type { RunLine } from "../run-line.ts"
import type { History } from "../runs.ts"
import type { Table } from "./model.ts"
import { renderDocument } from "./shell.ts"
import { section, table } from "./table.ts"

/**
 * All runs as one page, newest first.
 *
 * @param reports the runs whose page lies beside this one, in the folder of the run
 */
export function renderIndexHtml({ runs }: History, reports: ReadonlySet<string>): string {
  const passed = runs.filter(({ verdict }) => verdict === "PASS").length
  const body = html`<header><h1>${runs.length} runs, ${passed} of them pass</h1></header>
    <main>
      ${
        runs.length === 0
          ? html`<p>No run has been saved here.</p>`
          : section("Runs", html`<div class="wide plain">${table(tableOf(runs, reports))}</div>`)
      }
    </main>
    <footer><code>loadctl report RUN --format html</code> makes the page of a run. Made by loadctl.</footer>`
  return renderDocument({ title: "Runs of loadctl", body, charts: false })
}

const MARKS = { PASS: "✓", FAIL: "✗", INVALID: "?" } as const

function tableOf(runs: readonly RunLine[], reports: ReadonlySet<string>): Table {
  const isSet = runs.some(({ settings }) => settings.length > 0)
  return {
    caption: "Newest first; latencies in ms",
    head: ["run", "verdict", "p95", "failed", "requests", "scenario", ...(isSet ? ["settings"] : [])],
    rows: runs.map((run) => ({
      mark: MARKS[run.verdict],
      cells: [
        { text: run.runId, ...(reports.has(run.runId) ? { href: `${run.runId}/report.html` } : {}) },
        { text: run.verdict, bad: run.verdict === "FAIL" },
        { text: msText(run.p95) },
        { text: decimalText(run.failed, 0), bad: run.failed > 0 },
        { text: decimalText(run.requests, 0) },
        { text: scenarioText(run) },
        ...(isSet ? [{ text: run.settings.join(" ") }] : []),
      ],
    })),
    texts: [1, 5, 6],
  }
}

function scenarioText({ scenario, persona, variants, scale }: RunLine): string {
  return [
    scenario,
    ...(persona === null ? [] : [persona]),
    ...variants,
    ...(scale === 1 ? [] : [`scale ${scale}`]),
  ].join(", ")
}
