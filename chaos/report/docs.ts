import { readFile, writeFile } from "node:fs/promises"
import { join } from "node:path"

import { renderMarkdown, summaryLines } from "./markdown.ts"
import type { Report } from "./report.ts"

/** Where the results that are kept lie, from the root of the repository. */
export const RESULTS = "docs/results"
const DOCUMENT = "docs/reliability.md"
const BEGIN = "<!-- figures: made by npm run chaos -- --figures, do not edit -->"
const END = "<!-- end of figures -->"

/** The runs whose figures the document shows. */
const KEPT = [
  { name: "chaos", title: "Every fault in full", flags: "" },
  { name: "chaos-soak", title: "Ten minutes, a kill every five seconds", flags: "--soak " },
  {
    name: "chaos-soak-history",
    title: "The same beside a history of a million orders",
    flags: "--soak --history 1000000 ",
  },
] as const

/** Puts the figures of the kept runs into the document, and their tables beside them. */
export async function refreshFigures({ root }: { root: string }): Promise<void> {
  for (const { name } of KEPT) {
    const report = await readReport(root, name)
    if (report) await writeFile(join(root, RESULTS, `${name}.md`), renderMarkdown(report))
  }
  await writeFile(join(root, DOCUMENT), await documentWithFigures({ root }))
}

/** The document as the kept runs make it. */
export async function documentWithFigures({ root }: { root: string }): Promise<string> {
  const text = await readFile(join(root, DOCUMENT), "utf8")
  const [before, rest = ""] = text.split(BEGIN)
  const [, after] = rest.split(END)
  if (before === undefined || after === undefined) throw new Error(`${DOCUMENT} has no place for figures`)
  const sections = await Promise.all(KEPT.map((run) => section(run, root)))
  return [before + BEGIN, "", ...sections.flat(), END + after].join("\n")
}

async function section({ name, title, flags }: (typeof KEPT)[number], root: string): Promise<string[]> {
  const heading = [`### ${title}`, ""]
  const report = await readReport(root, name)
  if (!report) {
    const command = `npm run chaos -- ${flags}--json ${RESULTS}/${name}.json`
    return [...heading, "Not run at its full length yet:", "", "```sh", command, "```", ""]
  }
  const link = `Fault by fault: [${name}.md](results/${name}.md).`
  return [...heading, `\`${report.command}\`. ${link}`, "", ...summaryLines(report), ""]
}

async function readReport(root: string, name: string): Promise<Report | undefined> {
  const text = await readFile(join(root, RESULTS, `${name}.json`), "utf8").catch(() => undefined)
  if (text === undefined) return undefined
  const report: Report = JSON.parse(text)
  return report
}
