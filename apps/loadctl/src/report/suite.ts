import type { RunReport } from "./model.ts"

export const SUITE_SCHEMA = "saleproof.suite/1"

/** One verdict of several runs: a broken SLA is known whatever else is not; otherwise what is not known counts. */
export function suiteVerdict(reports: readonly Pick<RunReport, "verdict">[]): RunReport["verdict"] {
  const verdicts = new Set(reports.map(({ verdict }) => verdict))
  if (verdicts.has("FAIL")) return "FAIL"
  return verdicts.has("INVALID") || verdicts.size === 0 ? "INVALID" : "PASS"
}

/** "2 of 3 runs pass" */
export function suiteText(reports: readonly Pick<RunReport, "verdict">[]): string {
  const passed = reports.filter(({ verdict }) => verdict === "PASS").length
  return `${passed} of ${reports.length} runs pass`
}
