import { formatTable } from "@saleproof/loadctl/report/table.ts"

import type { BugReport, Report } from "./run.ts"

const HEADERS = ["bug", "caught by", "time"]

/** The report as text: one line a bug, and what the clean source did. */
export function renderTable({ clean, bugs, tookMs, ok }: Report): string {
  const rows = [HEADERS, ...bugs.map((bug) => [bug.id, caughtBy(bug), seconds(bug.tookMs)])]
  const caught = bugs.filter((bug) => bug.caught).length
  return [
    ...formatTable(rows, "LLL"),
    "",
    `clean: ${clean.passed} tests passed, ${clean.failures.length} failed, ${seconds(clean.tookMs)}`,
    ...clean.failures.map(({ test, error }) => `  ${test}: ${error}`),
    `${ok ? "PASSED" : "FAILED"}: ${caught} of ${bugs.length} bugs caught, ${seconds(tookMs)}`,
    "",
  ].join("\n")
}

function caughtBy({ by, constraints }: BugReport): string {
  const [first] = by
  if (!first) return "NOTHING"
  const invariants = [...new Set(by.flatMap((failure) => failure.invariants))]
  const words = [...invariants, ...constraints.map((name) => `constraint ${name}`)]
  const more = words.length > 0 ? ` (${words.join(", ")})` : ""
  return `${first.test}${more}`
}

const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`
