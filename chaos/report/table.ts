import { CHECKS } from "../checks/violation.ts"
import type { FaultReport, Report } from "./report.ts"

const HEADERS = [
  "fault",
  "verdict",
  "requests",
  "ack",
  "open",
  "by key",
  "away",
  "back",
  "p99",
  "unack",
  "took",
]
const LEFT_ALIGNED = 2

/** The report as text: one line a fault, then what was broken, with examples. */
export function renderTable({ faults, seed, pace, tookMs, verdict }: Report): string {
  const rows = [HEADERS, ...faults.map(row)]
  const widths = HEADERS.map((_header, column) =>
    Math.max(...rows.map((cells) => cells[column]?.length ?? 0)),
  )
  const lines = rows.map((cells) =>
    cells
      .map((cell, column) =>
        column < LEFT_ALIGNED ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join("  ")
      .trimEnd(),
  )
  const passed = faults.filter((report) => report.verdict === "passed").length
  return [
    ...lines,
    "",
    ...faults.flatMap(explain),
    `${verdict.toUpperCase()}: ${passed} of ${faults.length} faults passed, seed ${seed}, ${pace}, ${seconds(tookMs)}`,
    "",
  ].join("\n")
}

function row({ fault, verdict, tookMs, figures }: FaultReport): string[] {
  if (!figures) return [fault, verdict, "", "", "", "", "", "", "", "", seconds(tookMs)]
  const { awayMs, unacknowledged } = figures
  return [
    fault,
    verdict,
    String(figures.requests),
    String(figures.acknowledged),
    String(figures.openAttempts),
    String(figures.resolvedByKey),
    awayMs ? seconds(Math.max(...Object.values(awayMs))) : "-",
    milliseconds(figures.recoveryMs),
    milliseconds(figures.answerP99Ms),
    unacknowledged ? String(Math.max(...Object.values(unacknowledged))) : "-",
    seconds(tookMs),
  ]
}

function explain({ fault, reason, violations }: FaultReport): string[] {
  if (reason !== undefined) return [`${fault} was not possible here: ${reason}`, ""]
  if (violations.length === 0) return []
  return [
    `${fault}:`,
    ...violations.flatMap(({ check, count, examples }) => [
      `  ${count} x not true that ${CHECKS[check]}`,
      ...examples.map((example) => `    ${example}`),
    ]),
    "",
  ]
}

const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`
const milliseconds = (ms: number | null): string => (ms === null ? "-" : `${Math.round(ms)} ms`)
