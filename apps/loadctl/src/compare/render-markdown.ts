import { ALIGNMENT, COLUMNS, MARK, methodText, rowsOf, sidesText } from "./cells.ts"
import { markdownTable } from "../report/markdown-table.ts"
import type { Comparison, Verdict } from "./model.ts"

const SIGN = {
  worse: "❌",
  "not comparable": "⚠️",
  better: "✅",
  "no difference shown": "🟰",
} as const satisfies Record<Verdict, string>

/** A comparison for a pull request: what changed on top, every figure folded away. */
export function renderMarkdown(comparison: Comparison): string {
  const { verdict, scenario } = comparison
  return [`### ${SIGN[verdict]} ${scenario}: ${verdict}`, "", ...comparisonSections(comparison)].join("\n")
}

/** All but the headline, each section followed by an empty line. */
export function comparisonSections(comparison: Comparison): string[] {
  const { reasons, notes, differing, endpoints } = comparison
  const rows = endpoints.flatMap(rowsOf)
  const telling = rows.filter(({ verdict }) => verdict === "worse" || verdict === "better")
  const facts = [
    ...sidesText(comparison),
    ...differing.map(({ what, base, candidate }) => [what, `${base} → ${candidate}`]),
    ["method", methodText(comparison)],
  ]
  return [
    ...list([...reasons, ...notes.map((note) => `Note: ${note}`)]),
    ...(telling.length > 0 ? [...table(endpoints.flatMap(tellingRows)), ""] : []),
    ...(rows.length > 0
      ? ["<details><summary>Every figure</summary>", "", ...table(rows.map(cellsOf)), "", "</details>", ""]
      : []),
    ...list(facts.map(([what, text]) => `${what}: ${text}`)),
  ]
}

/** Rows that stand alone carry the name of their endpoint. */
function tellingRows(endpoint: Comparison["endpoints"][number]): string[][] {
  return rowsOf(endpoint)
    .filter(({ verdict }) => verdict === "worse" || verdict === "better")
    .map((row) => cellsOf({ ...row, cells: [endpoint.name, ...row.cells.slice(1)] }))
}

function cellsOf({ verdict, cells }: { verdict: Verdict; cells: string[] }): string[] {
  return [MARK[verdict], ...cells]
}

function table(rows: readonly string[][]): string[] {
  return markdownTable([["", ...COLUMNS], ...rows], `L${ALIGNMENT}`)
}

function list(items: readonly string[]): string[] {
  return items.length === 0 ? [] : [...items.map((item) => `- ${item}`), ""]
}
