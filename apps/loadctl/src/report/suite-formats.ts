import type { RunFolder } from "../store.ts"
import type { Format } from "./format-names.ts"
import type { RunReport } from "./model.ts"
import { SUITE_SCHEMA, suiteText, suiteVerdict } from "./suite.ts"
import { jsonText } from "./json.ts"

export type SuiteRendering = {
  name: string
  runs: readonly { report: RunReport; folder: RunFolder }[]
  color: boolean
  columns?: number | undefined
}

/** How each `--format` shows several runs as one; a format without a renderer is a type error. */
export const SUITE_RENDERERS = {
  text: async ({ name, runs, color, columns }) => {
    const { renderText } = await import("./text.ts")
    const reports = runs.map(({ report }) => report)
    const texts = runs.map(({ report, folder }) =>
      renderText(report, { color, columns, savedIn: folder.path }),
    )
    return `${texts.join("")}${suiteVerdict(reports)}  ${name}: ${suiteText(reports)}\n`
  },
  json: async ({ name, runs }) => {
    const reports = runs.map(({ report }) => report)
    return jsonText({ schema: SUITE_SCHEMA, suite: name, verdict: suiteVerdict(reports), runs: reports })
  },
  junit: async ({ name, runs }) => {
    const { renderJunitOf } = await import("./junit.ts")
    return renderJunitOf(
      name,
      runs.map(({ report }) => report),
    )
  },
  markdown: async ({ name, runs }) => {
    const { renderMarkdown } = await import("./markdown.ts")
    const reports = runs.map(({ report }) => report)
    const head = `## ${suiteVerdict(reports)}: ${name}, ${suiteText(reports)}\n\n`
    return `${head}${reports.map(renderMarkdown).join("\n")}`
  },
  html: async ({ name, runs }) => {
    const [{ loadDetails }, { renderSuiteHtml }] = await Promise.all([
      import("./html/details.ts"),
      import("./html/suite.ts"),
    ])
    const pages = await Promise.all(
      runs.map(async ({ report, folder }) => ({ report, details: await loadDetails(folder) })),
    )
    return renderSuiteHtml(name, pages)
  },
} satisfies Record<Format, (rendering: SuiteRendering) => Promise<string>>
