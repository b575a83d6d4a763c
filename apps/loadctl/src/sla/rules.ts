import { hasInterval } from "../stats/interval.ts"
import type { Figures } from "../stats/model.ts"
import type { EndpointSla, Limit } from "@saleproof/sla/resolve.ts"
import { LATENCIES } from "@saleproof/sla/schema.ts"
import type { Latency, Level } from "@saleproof/sla/schema.ts"

/** One limit and what came of it. `actual` is in the limit's unit: ms, requests per second, a share, or a number of samples. */
export type RuleResult = {
  metric: Latency | "rate" | "errorRate" | "minSamples"
  limit: number
  level: Level
  /** The limit lies within what the percentile may be with 95 % confidence; absent where it does not. */
  close?: true
} & ({ outcome: "pass" | "fail"; actual: number } | { outcome: "no-data"; actual: null })

/** Percentiles that are judged in place of the measured ones; null where they are not known. */
export type Judged = Partial<Record<Latency, number | null>>

/**
 * Judges one row by what it owes. Too few samples say nothing about latency, so then every limit is no-data; none at
 * all are too few whatever the SLA says.
 */
export function applyRules(figures: Figures, sla: EndpointSla, judged: Judged = {}): RuleResult[] {
  const { n, failed, unsent = 0 } = figures
  const least = Math.max(1, sla.minSamples)
  const results: RuleResult[] = LATENCIES.flatMap((metric) => {
    const limit = sla.latency[metric]
    if (!limit) return []
    const { [metric]: actual = figures[metric] ?? null } = judged
    const rule = atMost({ metric, ...limit }, n - unsent >= least ? actual : null)
    return [isClose(figures, rule, judged) ? { ...rule, close: true } : rule]
  })
  if (sla.rate) results.push(atLeast({ metric: "rate", ...sla.rate }, n > 0 ? figures.rate : null))
  results.push(atMost({ metric: "errorRate", ...sla.errorRate }, n > 0 ? failed / n : null))
  results.push({
    metric: "minSamples",
    limit: sla.minSamples,
    level: "fail",
    outcome: n >= least ? "pass" : "fail",
    actual: n,
  })
  return results
}

function atMost(rule: Pick<RuleResult, "metric"> & Limit, actual: number | null): RuleResult {
  if (actual === null) return { ...rule, outcome: "no-data", actual }
  return { ...rule, outcome: actual <= rule.limit ? "pass" : "fail", actual }
}

function atLeast(rule: Pick<RuleResult, "metric"> & Limit, actual: number | null): RuleResult {
  if (actual === null) return { ...rule, outcome: "no-data", actual }
  return { ...rule, outcome: actual >= rule.limit ? "pass" : "fail", actual }
}

/** Whether another run of the same service could well have come out on the other side of the limit. */
function isClose({ interval }: Figures, { metric, limit, outcome }: RuleResult, judged: Judged): boolean {
  if (!interval || outcome === "no-data" || metric in judged) return false
  const range = hasInterval(metric) ? interval[metric] : undefined
  if (!range) return false
  const [low, high] = range
  return (low === null || low <= limit) && (high === null || high > limit)
}
