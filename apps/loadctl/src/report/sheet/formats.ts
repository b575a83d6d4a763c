import { renderSheetMarkdown } from "./markdown.ts"
import type { Sheet } from "./model.ts"
import { renderSheetText } from "./text.ts"
import { jsonText } from "../json.ts"

export type RenderOptions = {
  color: boolean
  /** Where the document was saved, as the reader would type it; null when it was not. */
  savedIn: string | null
  /** Columns of the terminal; where there is none, a line is as long as it is. */
  columns?: number | undefined
}

export const SHEET_FORMATS = ["text", "json", "markdown"] as const
export type SheetFormat = (typeof SHEET_FORMATS)[number]

/** How each `--format` of a document is made from its sheet. */
export function sheetRenderers<Document>(
  sheetOf: (document: Document) => Sheet,
): Record<SheetFormat, (document: Document, options: RenderOptions) => string> {
  return {
    text: (document, { color, savedIn, columns }) => {
      const sheet = sheetOf(document)
      const saved = savedIn === null ? [] : [{ kind: "facts" as const, pairs: [["saved", savedIn]] }]
      const sections = [...sheet.sections, ...saved]
      return renderSheetText({ ...sheet, sections }, { color, columns })
    },
    json: jsonText,
    markdown: (document) => renderSheetMarkdown(sheetOf(document)),
  }
}
