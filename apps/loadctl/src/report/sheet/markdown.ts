import { escapeCell, markdownTable } from "../markdown-table.ts"
import type { Section, Sheet } from "./model.ts"

/** A sheet for a pull request, a job summary or a file of results. */
export function renderSheetMarkdown({ heading, sections }: Sheet): string {
  const body = sections
    .filter(({ only }) => only !== "text")
    .flatMap((section) => {
      const lines = sectionLines(section)
      return lines.length === 0 ? [] : [...lines, ""]
    })
  return [`### ${escapeCell(heading)}`, "", ...body].join("\n")
}

function sectionLines(section: Section): string[] {
  switch (section.kind) {
    case "table":
      return tableLines(section)
    case "list":
      return section.items.map(({ mark, text }) => `- ${mark === "!" ? "Note: " : ""}${text}`)
    case "facts":
      return section.pairs.map(([what, text]) => `- ${what}: ${what === "made by" ? `\`${text}\`` : text}`)
    case "heading":
      return [`#### ${section.text}`]
    default:
      return section.lines.length === 0 ? [] : ["```text", ...section.lines, "```"]
  }
}

function tableLines({ columns, alignment, rows, fold }: Extract<Section, { kind: "table" }>): string[] {
  if (rows.length === 0) return []
  const marked = rows.some(({ mark }) => mark !== "")
  const body = rows.map(({ mark, cells }) => (marked ? [mark, ...cells] : cells))
  const table = markdownTable(
    [marked ? ["", ...columns] : columns, ...body],
    marked ? `L${alignment}` : alignment,
  )
  return fold === undefined ? table : [`<details><summary>${fold}</summary>`, "", ...table, "", "</details>"]
}
