import type { RunFolder } from "../store.ts"
import type { Format } from "./format-names.ts"
import type { RunReport } from "./model.ts"
import type { TextOptions } from "./text.ts"

export type Rendering = TextOptions & { report: RunReport; folder: RunFolder }

/** How each `--format` is made, with what it alone needs loaded; a format without a renderer is a type error. */
export const RENDERERS = {
  text: async ({ report, ...options }) => (await import("./text.ts")).renderText(report, options),
  json: async ({ report }) => (await import("./json.ts")).jsonText(report),
  junit: async ({ report }) => (await import("./junit.ts")).renderJunit(report),
  markdown: async ({ report }) => (await import("./markdown.ts")).renderMarkdown(report),
  html: async ({ report, folder }) => {
    const [{ loadDetails }, { renderHtml }] = await Promise.all([
      import("./html/details.ts"),
      import("./html/render.ts"),
    ])
    return renderHtml(report, await loadDetails(folder))
  },
} satisfies Record<Format, (rendering: Rendering) => Promise<string>>
