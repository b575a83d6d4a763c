import { LATENCIES } from "@saleproof/sla/schema.ts"
import { listedFor } from "@saleproof/sla/resolve.ts"
import type { Latency } from "@saleproof/sla/schema.ts"
import type { RunPlan } from "../plan/plan.ts"
import type { EndpointSla } from "@saleproof/sla/resolve.ts"

const K6_STAT = {
  avg: "avg",
  p50: "med",
  p90: "p(90)",
  p95: "p(95)",
  p99: "p(99)",
  "p99.9": "p(99.9)",
  max: "max",
} satisfies Record<Latency, string>

export type ThresholdPlan = Pick<RunPlan, "sla" | "expect" | "k6Scenarios" | "judge">

// k6 splits a selector at commas and braces, and strips quotes and spaces from its values.
const NOT_SELECTABLE = /[,{}"'\n\r]|^\s|\s$/

/** The statuses of an endpoint whose count is needed. */
export function askedStatuses(
  name: string,
  { sla, expect }: Pick<ThresholdPlan, "sla" | "expect">,
): number[] {
  const expected = expect.flatMap((rule) => ("status" in rule && rule.endpoint === name ? [rule.status] : []))
  return [...new Set([...(listedFor(sla, name)?.status ?? []), ...expected])]
}

/**
 * The SLA as k6 thresholds, for a script that defines none itself. An empty latency metric passes every limit in
 * k6, so each endpoint also carries a count that an empty one fails; a warning is loadctl's to give, not k6's. Nor can
 * k6 select by when a request was sent, or by one of several scenarios: where only the hold is judged, or several
 * scenarios are, it only keeps the figures.
 */
export function k6Thresholds({ sla, expect, k6Scenarios, judge }: ThresholdPlan): Record<string, string[]> {
  const thresholds: Record<string, string[]> = {}
  const [onlyScenario] = k6Scenarios.length === 1 ? k6Scenarios : []
  const selector = (...tags: string[]): string => {
    const all = [...(onlyScenario ? [`scenario:${onlyScenario}`] : []), ...tags]
    return all.length > 0 ? `{${all.join(",")}}` : ""
  }
  // k6 refuses a threshold on a metric whose module the script does not import.
  const http = Object.entries(sla.endpoints).filter(([, { metric }]) => !metric)
  const endpoints = http.filter(([name]) => !NOT_SELECTABLE.test(name))
  const limits = judge === "all" && onlyScenario !== undefined
  // Where an endpoint has its own idea of success, k6 cannot judge the failures of all together.
  const judgesAll = [sla.each, ...Object.values(sla.endpoints)].every(({ status }) => status === null)
  const onlyHttp = http.length === Object.keys(sla.endpoints).length
  const overall = {
    ...sla.overall,
    status: judgesAll ? null : [],
    // Where something else is judged too, there may be no HTTP request at all.
    minSamples: onlyHttp ? sla.overall.minSamples : 0,
  }
  addThresholds(thresholds, selector(), { sla: overall, limits })
  for (const [name, endpoint] of endpoints) {
    addThresholds(thresholds, selector(`name:${name}`), { sla: endpoint, limits })
    for (const status of askedStatuses(name, { sla, expect })) {
      thresholds[`http_reqs${selector(`name:${name}`, `status:${status}`)}`] = ["count>=0"]
    }
  }
  return thresholds
}

function addThresholds(
  into: Record<string, string[]>,
  selector: string,
  { sla, limits }: { sla: EndpointSla; limits: boolean },
): void {
  const latencies = LATENCIES.flatMap((key) => {
    const limit = sla.latency[key]
    return limits && limit?.level === "fail" ? [`${K6_STAT[key]}<=${limit.limit}`] : []
  })
  // k6 keeps a sub-metric only where a threshold names it, so there is always one that cannot fail.
  into[`http_req_duration${selector}`] = latencies.length > 0 ? latencies : ["max>=0"]
  into[`http_reqs${selector}`] = [`count>=${limits ? sla.minSamples : 0}`]
  const judgedByK6 = limits && sla.status === null && sla.errorRate.level === "fail"
  into[`http_req_failed${selector}`] = [`rate<=${judgedByK6 ? sla.errorRate.limit : 1}`]
}
