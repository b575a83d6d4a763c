import type { Comparison } from "./model.ts"
import { renderMarkdown } from "./render-markdown.ts"
import { renderText } from "./render-text.ts"

/** How each `--format` is made. */
export const RENDERERS = {
  text: renderText,
  json: (comparison) => `${JSON.stringify(comparison, null, 2)}\n`,
  markdown: renderMarkdown,
} satisfies Record<string, (comparison: Comparison, options: { colour: boolean }) => string>

export type Format = keyof typeof RENDERERS
