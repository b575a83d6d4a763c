/** Everything k6 is started with; a pure record, so that the command line can be tested and saved. */
export type K6Invocation = {
  script: string
  runId: string
  /** A JSON file with thresholds for scripts that bring none. */
  configFile: string
  summaryExport: string
  /** What goes to --out, each. */
  outs: readonly string[]
  /** Further arguments of k6. */
  flags: readonly string[]
}

// k6's default leaves p(99) and the count out of the summary.
const TREND_STATS = "avg,min,med,p(90),p(95),p(99),p(99.9),max,count"

/** k6's command line. Secrets are not in it: other users can read it in the process list. */
export function k6Args(run: K6Invocation): string[] {
  return [
    "run",
    "--config",
    run.configFile,
    "--log-format",
    "json",
    // Whatever the environment says: what the script throws is counted there.
    "--log-output",
    "stderr",
    "--tag",
    `testid=${run.runId}`,
    "--summary-trend-stats",
    TREND_STATS,
    "--summary-export",
    run.summaryExport,
    ...run.outs.flatMap((out) => ["--out", out]),
    ...run.flags,
    run.script,
  ]
}
