import type { Section, Sheet } from "../report/sheet/model.ts"
import { ALIGNMENT, COLUMNS, MARK, TONE, methodText, rowsOf, sidesText } from "./cells.ts"
import type { Comparison, EndpointComparison, Verdict } from "./model.ts"

const SIGN = {
  worse: "❌",
  "not-comparable": "⚠️",
  better: "✅",
  inconclusive: "❔",
  "no-difference": "🟰",
} as const satisfies Record<Verdict, string>

/** The verdict, what decides it, and every figure. */
export function comparisonSheet(comparison: Comparison): Sheet {
  const { verdict, scenario } = comparison
  return {
    label: verdict.toUpperCase(),
    tone: TONE[verdict],
    title: scenario,
    heading: `${SIGN[verdict]} ${scenario}: ${verdict}`,
    sections: comparisonSections(comparison),
  }
}

export function comparisonSections(comparison: Comparison): Section[] {
  const { differing, endpoints } = comparison
  const called = endpoints.flatMap(calledRows)
  return [
    reasonSection(comparison),
    { kind: "table", columns: COLUMNS, alignment: ALIGNMENT, rows: called, only: "markdown" },
    {
      kind: "table",
      columns: COLUMNS,
      alignment: ALIGNMENT,
      keys: 2,
      rows: endpoints.flatMap(rowsOf).map(marked),
      fold: "Every figure",
    },
    {
      kind: "facts",
      pairs: [
        ...sidesText(comparison),
        ...differing.map(({ what, base, candidate }) => [what, `${base} → ${candidate}`]),
        ["method", methodText(comparison)],
      ],
    },
  ]
}

/** What decides it, and what to keep in mind. */
export function reasonSection({ verdict, reasons, notes }: Comparison): Section {
  return {
    kind: "list",
    items: [
      ...reasons.map((text) => {
        const own = reasonVerdict(text, verdict)
        return { tone: TONE[own], mark: MARK[own], text }
      }),
      ...notes.map((text) => ({ tone: "warning" as const, mark: "!", text })),
    ],
  }
}

/** The sign of a reason by what it says itself: a comparison that is worse as a whole may have better endpoints. */
function reasonVerdict(reason: string, whole: Verdict): Verdict {
  return (["better", "worse"] as const).find((verdict) => reason.endsWith(` ${verdict}.`)) ?? whole
}

/** Rows that stand alone carry the name of their endpoint. */
function calledRows(endpoint: EndpointComparison) {
  return rowsOf(endpoint)
    .filter(({ verdict }) => verdict === "worse" || verdict === "better")
    .map((row) => marked({ ...row, cells: [endpoint.name, ...row.cells.slice(1)] }))
}

function marked({ verdict, cells }: { verdict: Verdict; cells: string[] }) {
  return { tone: TONE[verdict], mark: MARK[verdict], cells }
}
