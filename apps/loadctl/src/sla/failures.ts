import type { Sla } from "@saleproof/sla/resolve.ts"
import type { RunPlan } from "../plan/plan.ts"
import type { Measurement } from "../stats/model.ts"
import { noFindings } from "./findings.ts"
import type { Findings } from "./findings.ts"
import { countText } from "./text.ts"

const REMEDY = "Leave status and expected_response to k6, and among the script's systemTags."

/** Failures that k6 counted and no tag shows, and requests of which nobody says whether they failed. */
export function failureFindings(
  { recorder, overall }: Measurement,
  { sla, judge = "all" }: { sla: Sla; judge?: RunPlan["judge"] | undefined },
): Findings {
  const findings = noFindings()
  if (!recorder || recorder.failed.tagged === undefined || recorder.failed.untagged === undefined)
    return findings
  const { n, matches, tagged, untagged } = recorder.failed
  const unsaid = Math.min(untagged, recorder.requests - n)
  if (unsaid > 0)
    findings.unknown.push(
      `Nothing says whether ${countText(unsaid, "request")} failed: the script took k6's response callback away, and there is no tag status. ${REMEDY}`,
    )
  const hidden = matches - tagged
  if (hidden > 0) {
    const text = `k6 counted ${countText(matches, "failed request")}, and the tags of ${tagged.toLocaleString("en-US")} say so. ${REMEDY}`
    findings[placeOf({ hidden, n: overall.n, sla, judge })].push(text)
  }
  return findings
}

type Hidden = { hidden: number; n: number; sla: Sla; judge: RunPlan["judge"] }

/** An endpoint with a list of its own is judged by the status; of a hold, nobody knows which of them were in it. */
function placeOf({ hidden, n, sla, judge }: Hidden): keyof Findings {
  const lists = [sla.each, ...Object.values(sla.endpoints)].some(({ status }) => status !== null)
  const { limit, level } = sla.overall.errorRate
  if (lists || level === "warn" || hidden <= limit * n) return "warnings"
  return judge === "hold" ? "unknown" : "broken"
}
