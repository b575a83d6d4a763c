import { html } from "@remix-run/html-template"
import type { SafeHtml } from "@remix-run/html-template"

import type { Section, Sheet, Tone } from "../sheet/model.ts"
import { renderDocument } from "./shell.ts"
import { facts, table } from "./table.ts"

const TONE_CLASS = { good: "PASS", bad: "FAIL", warning: "INVALID", calm: "CALM" } as const satisfies Record<
  Tone,
  string
>
const ITEM_CLASS = { good: "good", bad: "bad", warning: "warning", calm: "faint" } as const satisfies Record<
  Tone,
  string
>

/**
 * A sheet as one HTML file: a comparison, an experiment, a search for capacity.
 *
 * @param pictures shown before its first table
 */
export function renderSheetHtml(
  { label, tone, title, sections }: Sheet,
  pictures: SafeHtml | null = null,
): string {
  const shown = sections.filter(({ only }) => only !== "markdown")
  const tableAt = shown.findIndex(({ kind }) => kind === "table")
  const [before, after] = [shown.slice(0, tableAt), shown.slice(tableAt)]
  const body = html`<header>
      <span class="verdict ${TONE_CLASS[tone]}">${label}</span>
      <h1>${title}</h1>
    </header>
    <main>${before.map(sectionHtml)} ${pictures} ${after.map(sectionHtml)}</main>
    <footer>Made by loadctl.</footer>`
  return renderDocument({ title: `${label} ${title}`, body, charts: false })
}

function sectionHtml(section: Section): SafeHtml | null {
  switch (section.kind) {
    case "table":
      return section.rows.length === 0 ? null : tableHtml(section)
    case "list":
      return listHtml(section)
    case "facts":
      return facts(section.pairs.map(([name = "", text = ""]) => ({ name, text })))
    case "heading":
      return html`<h2>${section.text}</h2>`
    default:
      return section.lines.length === 0 ? null : html`<pre>${section.lines.join("\n")}</pre>`
  }
}

function listHtml({ items }: Extract<Section, { kind: "list" }>): SafeHtml | null {
  if (items.length === 0) return null
  return html`<ul class="findings">
    ${items.map(
      ({ tone, mark, text }) =>
        html`<li class="${ITEM_CLASS[tone]}"><b aria-hidden="true">${mark}</b>${text}</li> `,
    )}
  </ul>`
}

/** What is good or bad of a row stands in its first columns; the sign before it says the same without color. */
function tableHtml({ columns, alignment, rows, fold }: Extract<Section, { kind: "table" }>): SafeHtml {
  const texts = Array.from(alignment).flatMap((letter, column) => (letter === "L" ? [column] : []))
  return html`<div class="wide plain sheet">
    ${table({
      caption: fold ?? "Figures",
      head: columns,
      rows: rows.map(({ tone, mark, cells }) => ({
        mark: null,
        cells: cells.map((text, column) => ({
          text: column === 0 && mark !== "" ? `${mark} ${text}` : text,
          bad: tone === "bad",
        })),
      })),
      texts,
    })}
  </div>`
}
