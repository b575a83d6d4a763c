import type { Figures } from "../stats/model.ts"
import type { EndpointSla, Limit } from "@saleproof/sla/resolve.ts"
import { LATENCIES } from "@saleproof/sla/schema.ts"
import type { Level } from "@saleproof/sla/schema.ts"

/** One limit and what came of it. `actual` is in the limit's unit: ms, a share, or a number of samples. */
export type RuleResult = {
  metric: "p50" | "p95" | "p99" | "max" | "errorRate" | "minSamples"
  limit: number
  level: Level
} & ({ outcome: "pass" | "fail"; actual: number } | { outcome: "no-data"; actual: null })

/** Judges one row by what it owes. Too few samples say nothing about latency, so then every limit is no-data. */
export function applyRules(figures: Figures, sla: EndpointSla): RuleResult[] {
  const { n, failed } = figures
  const enough = n >= sla.minSamples && n > 0
  const results: RuleResult[] = LATENCIES.flatMap((metric) => {
    const limit = sla.latency[metric]
    return limit ? [atMost({ metric, ...limit }, enough ? figures[metric] : null)] : []
  })
  const optional = sla.minSamples === 0 && n === 0
  if (!optional) results.push(atMost({ metric: "errorRate", ...sla.errorRate }, n > 0 ? failed / n : null))
  results.push({
    metric: "minSamples",
    limit: sla.minSamples,
    level: "fail",
    outcome: n >= sla.minSamples ? "pass" : "fail",
    actual: n,
  })
  return optional ? results.filter(({ metric }) => metric === "minSamples") : results
}

function atMost(rule: Pick<RuleResult, "metric"> & Limit, actual: number | null): RuleResult {
  if (actual === null) return { ...rule, outcome: "no-data", actual }
  return { ...rule, outcome: actual <= rule.limit ? "pass" : "fail", actual }
}
