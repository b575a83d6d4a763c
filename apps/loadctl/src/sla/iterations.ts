import { readK6Exit } from "../k6/exits.ts"
import type { Sla } from "@saleproof/sla/resolve.ts"

import type { Measurement } from "../stats/model.ts"
import { noFindings } from "./findings.ts"
import type { Findings } from "./findings.ts"
import { countText } from "./text.ts"

/** What became of the iterations that did not finish. Runs that an earlier version saved say nothing of it. */
export function iterationFindings({ iterations, k6 }: Measurement, sla: Sla): Findings {
  const findings = noFindings()
  if (!iterations) return findings
  const { started, threw, unanswered, truncated, undecided = 0 } = iterations
  if (threw > 0) {
    const first = (k6.thrown ?? []).join("; ")
    const text = `${threw.toLocaleString("en-US")} of ${countText(started, "iteration")} threw: ${first}.`
    findings[threw > sla.thrownIterations ? "unknown" : "warnings"].push(text)
  }
  if (unanswered > 0)
    findings.warnings.push(
      `${countText(unanswered, "user")} still waited for an answer when k6 ended: failed requests of their scenario.`,
    )
  if (undecided > 0)
    findings.unknown.push(
      `k6 cut off ${countText(undecided, "user")} of whom nothing says whether they waited for an answer or the script was thinking. Give iterations more time: a gracefulStop longer than the script's pauses, or a longer load.`,
    )
  // Somebody who stops a run knows that he cuts it off.
  if (truncated > 0 && readK6Exit(k6.exitCode).kind === "finished")
    findings.warnings.push(
      `k6 cut off ${countText(truncated, "iteration")} that may have gone on: truncated, in no figure. A longer gracefulStop lets them finish.`,
    )
  return findings
}
