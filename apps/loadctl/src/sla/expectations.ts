import type { Expectation } from "../plan/schema.ts"
import type { Measurement } from "../stats/model.ts"
import type { Level } from "@saleproof/sla/schema.ts"
import { seenInstead } from "./seen.ts"
import { exactText } from "./text.ts"

/** A number that had to come out of the run, and what came. */
export type ExpectationResult = { title: string; wanted: string; level: Level } & (
  | { outcome: "pass" | "fail"; actual: number }
  /** The reason is absent in runs that an earlier version saved. */
  | { outcome: "no-data"; actual: null; reason?: string }
)

export function applyExpectation(rule: Expectation, measurement: Measurement): ExpectationResult {
  const base = { title: rule.title, wanted: wantedText(rule), level: rule.level }
  const found = "metric" in rule ? metricValue(rule, measurement) : statusCount(rule, measurement)
  if (typeof found === "string") return { ...base, outcome: "no-data", actual: null, reason: found }
  const { equals = found, min = found, max = found } = rule
  return {
    ...base,
    outcome: found === equals && found >= min && found <= max ? "pass" : "fail",
    actual: found,
  }
}

// k6 keeps a counter that was never added to out of its summary; of its own ones that is no secret.
const K6_COUNTERS = ["dropped_iterations", "iterations", "http_reqs", "data_sent", "data_received"]

/** The figure, or why there is none. */
function metricValue(
  { metric, value }: { metric: string; value: string },
  { k6, instances }: Measurement,
): number | string {
  const figures = k6.metrics[metric]
  if (figures)
    return (
      figures[value] ??
      `${metric} has no ${value}.${seenInstead(value, Object.keys(figures), "figures of it")}`
    )
  if (!k6.summary && !instances) return "k6 left no summary."
  const declared = K6_COUNTERS.includes(metric) || (k6.declaredMetrics ?? []).includes(metric)
  if (declared && value === "count") return 0
  if (declared) return `${metric} was never added to.`
  const known = Object.keys(k6.metrics).filter((name) => !name.includes("{"))
  return `no metric is named ${metric}.${seenInstead(metric, known, "metrics")}`
}

/** Samples know every status; k6's summary only those that a threshold asked for. */
function statusCount(
  { endpoint, status }: { endpoint: string; status: number },
  { source, endpoints }: Measurement,
): number | string {
  const found = endpoints.find(({ name }) => name === endpoint)
  const names = endpoints.filter(({ n }) => n > 0).map(({ name }) => name)
  if (!found || found.n === 0)
    return `no request is named ${endpoint}.${seenInstead(endpoint, names, "endpoints")}`
  return found.statuses[String(status)] ?? (source === "k6" ? "only k6's summary is known." : 0)
}

/** "at least 5, at most 10" */
export function wantedText({
  equals,
  min,
  max,
}: {
  equals?: number | undefined
  min?: number | undefined
  max?: number | undefined
}): string {
  if (equals !== undefined) return exactText(equals)
  return [
    min === undefined ? "" : `at least ${exactText(min)}`,
    max === undefined ? "" : `at most ${exactText(max)}`,
  ]
    .filter(Boolean)
    .join(", ")
}
