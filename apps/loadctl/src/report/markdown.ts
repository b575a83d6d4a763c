import {
  auditText,
  causeTexts,
  endpointCells,
  endpointColumns,
  headline,
  mark,
  omissionText,
  oneLine,
  overallRows,
  warmUpText,
} from "./cells.ts"
import { escapeCell, markdownTable } from "./markdown-table.ts"
import { sourcesText } from "./sources.ts"
import type { RunReport } from "./model.ts"

const SIGN = { PASS: "✅", FAIL: "❌", INVALID: "⚠️" } as const

/** A run for a pull request or a job summary: verdict, reasons, table, sources. */
export function renderMarkdown(report: RunReport): string {
  const columns = endpointColumns(report)
  const rows = [...report.endpoints, ...overallRows(report)].map((row) => {
    const texts = endpointCells(row)
    return [mark(row), ...columns.map((column) => texts[column])]
  })
  const head = ["", ...columns]
  const warmUp = warmUpText(report)
  const omission = omissionText(report)
  return [
    `### ${SIGN[report.verdict]} ${report.verdict}: ${escapeCell(headline(report))}`,
    "",
    ...list(report.reasons),
    ...list(causeTexts(report).map((cause) => `Why: ${cause}`)),
    ...list(report.warnings.map((warning) => `Warning: ${warning}`)),
    ...markdownTable([head, ...rows], `LL${"R".repeat(columns.length - 1)}`),
    "",
    `Latencies in ms${warmUp === null ? "" : `; ${warmUp}`}. Sources: ${sourcesText(report)}. ${omission === null ? "" : `Omitted: ${omission}. `}Audit: ${auditText(report)}. Run \`${report.runId}\`.`,
    "",
    ...list(k6Texts(report).map((text) => `k6: ${text}`)),
  ].join("\n")
}

/** Its thresholds that are broken, and what it logged. */
function k6Texts({ thresholds, k6Messages }: RunReport): string[] {
  const broken = thresholds.filter(({ ok }) => !ok)
  return [
    ...broken.map(
      ({ metric, source, value }) => `threshold ${metric} ${source} broken (${value ?? "unknown"})`,
    ),
    ...k6Messages.map(({ level, text, count }) => `${level}: ${text} (${count})`),
  ]
}

function list(items: readonly string[]): string[] {
  return items.length === 0 ? [] : [...items.map((item) => `- ${oneLine(item)}`), ""]
}
