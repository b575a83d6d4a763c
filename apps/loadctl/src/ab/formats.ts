import type { AbReport } from "./model.ts"
import { renderMarkdown } from "./render-markdown.ts"
import { renderText } from "./render-text.ts"
import type { RenderOptions } from "./render-text.ts"

/** How each `--format` is made. */
export const RENDERERS = {
  text: renderText,
  json: (report) => `${JSON.stringify(report, null, 2)}\n`,
  markdown: renderMarkdown,
} satisfies Record<string, (report: AbReport, options: RenderOptions) => string>

export type Format = keyof typeof RENDERERS
