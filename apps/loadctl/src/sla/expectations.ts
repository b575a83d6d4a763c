import type { Expectation } from "../plan/schema.ts"
import type { Measurement } from "../stats/model.ts"
import type { Level } from "@saleproof/sla/schema.ts"

/** A number that had to come out of the run, and what came. */
export type ExpectationResult = { title: string; wanted: string; level: Level } & (
  | { outcome: "pass" | "fail"; actual: number }
  | { outcome: "no-data"; actual: null }
)

export function applyExpectation(rule: Expectation, measurement: Measurement): ExpectationResult {
  const base = { title: rule.title, wanted: wantedText(rule), level: rule.level }
  const actual = "metric" in rule ? metricValue(rule, measurement) : statusCount(rule, measurement)
  if (actual === null) return { ...base, outcome: "no-data", actual }
  const { equals = actual, min = actual, max = actual } = rule
  return { ...base, outcome: actual === equals && actual >= min && actual <= max ? "pass" : "fail", actual }
}

function metricValue(
  { metric, value }: { metric: string; value: string },
  { k6 }: Measurement,
): number | null {
  const figures = k6.metrics[metric]
  if (figures) return figures[value] ?? null
  // k6 leaves a counter that was never added to out of its summary.
  return value === "count" && k6.summary ? 0 : null
}

/** InfluxDB knows every status; k6's summary only those that a threshold asked for. */
function statusCount(
  rule: { endpoint: string; status: number },
  { source, endpoints }: Measurement,
): number | null {
  const statuses = endpoints.find(({ name }) => name === rule.endpoint)?.statuses
  return statuses?.[String(rule.status)] ?? (statuses && source === "influxdb" ? 0 : null)
}

function wantedText({ equals, min, max }: Expectation): string {
  if (equals !== undefined) return String(equals)
  return [min === undefined ? "" : `at least ${min}`, max === undefined ? "" : `at most ${max}`]
    .filter(Boolean)
    .join(", ")
}
