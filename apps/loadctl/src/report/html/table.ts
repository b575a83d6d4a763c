import { html } from "@remix-run/html-template"
import type { SafeHtml } from "@remix-run/html-template"

import type { Fact, Section, Table } from "./model.ts"

const MARK_WORDS = {
  "✓": { className: "kept", word: "kept" },
  "✗": { className: "broken", word: "broken" },
  "?": { className: "unknown", word: "unknown" },
} as const

/** Scrolls sideways where it is too wide, by keyboard too. */
export function table({ caption, head, rows, texts }: Table): SafeHtml {
  const isWord = (column: number) => column === 0 || texts.includes(column)
  const word = (column: number) => (isWord(column) ? html` class="word"` : null)
  const body = rows.map(({ mark, cells: [first, ...others] }) => {
    const sign = mark && MARK_WORDS[mark]
    const shown = sign
      ? html`<span class="mark ${sign.className}" role="img" aria-label="${sign.word}">${mark}</span>`
      : null
    const cells = others.map(({ text, bad }, index) =>
      bad
        ? html`<td class="bad${isWord(index + 1) ? " word" : ""}">${text}</td>`
        : html`<td${word(index + 1)}>${text}</td>`,
    )
    return html`<tr>
      <th scope="row">
        ${shown}${first?.href === undefined ? first?.text : html`<a href="${first.href}">${first.text}</a>`}
      </th>
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

/** A sentence and what there is to list. */
export function list({ note, table: content }: Section): SafeHtml {
  return html`<p>${note}</p>
    ${content ? table(content) : null}`
}

export function facts(known: readonly Fact[]): SafeHtml {
  return html`<dl class="facts">
    ${known.map(
      ({ name, text }) =>
        html`<dt>${name}</dt>
          <dd>${text}</dd> `,
    )}
  </dl>`
}

export function section(title: string, ...parts: (SafeHtml | null)[]): SafeHtml {
  return html`<section>
    <h2>${title}</h2>
    ${parts}
  </section>`
}
