import type { Format } from "./format-names.ts"
import { renderJson } from "./json.ts"
import { renderMarkdown } from "./markdown.ts"
import type { RunReport } from "./model.ts"
import { renderText } from "./text.ts"
import type { TextOptions } from "./text.ts"

/** How each `--format` is made; a format without a renderer is a type error. */
export const RENDERERS = {
  text: renderText,
  json: renderJson,
  markdown: renderMarkdown,
} satisfies Record<Format, (report: RunReport, options: TextOptions) => string>
