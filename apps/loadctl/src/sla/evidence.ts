import type { Audit } from "../audit/model.ts"
import type { RunPlan } from "../plan/plan.ts"
import type { Measurement } from "../stats/model.ts"
import type { MetricResult } from "./metrics.ts"

/** What a run is judged by. Null is what it did not come to. */
export type Evidence = {
  plan: Pick<RunPlan, "sla" | "expect" | "scale" | "instances"> &
    Partial<Pick<RunPlan, "k6Scenarios" | "judge">>
  measurement: Measurement | null
  audit: Audit | null
  /** What came of the rules on the target's own metrics; absent where there are none, or the run did not come to it. */
  metrics?: MetricResult[] | undefined
  /** Why the run ended before its last phase; null when it did not. */
  stopped: string | null
}
