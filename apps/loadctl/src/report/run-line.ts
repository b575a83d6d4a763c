import type { RunReport } from "./model.ts"

/** One line of the history. */
export type RunLine = Pick<
  RunReport,
  "runId" | "scenario" | "persona" | "variants" | "scale" | "verdict" | "startedAt" | "requests" | "failed"
> & {
  p95: number | null
  /** What was checked out when it ran, with "+" where it was changed; null where that is not known. */
  commit: string | null
  /** Settings of the API and the load that was asked for, where the command line chose them: "RATE=50". */
  settings: string[]
}
