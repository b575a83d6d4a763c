import { LATENCIES } from "@saleproof/sla/schema.ts"
import type { Latency } from "@saleproof/sla/schema.ts"
import type { EndpointSla, Sla } from "@saleproof/sla/resolve.ts"

/** Limits in the form that scripts read from SLA_JSON: inclusive, ms and shares; "*" is every endpoint. */
export type K6Limits = Partial<Record<Latency | "errorRate" | "minSamples", number>>

/** The SLA for a script's own thresholds. What only warns is left out: k6 knows no warnings. */
export function k6Sla(sla: Sla): { overall: K6Limits; endpoints: Record<string, K6Limits> } {
  const http = Object.entries(sla.endpoints).filter(([, { metric }]) => !metric)
  const named = http.map(([name, own]) => [name, k6Limits(own)] as const)
  return {
    overall: k6Limits(sla.overall),
    endpoints: { "*": k6Limits(sla.each), ...Object.fromEntries(named) },
  }
}

function k6Limits(sla: EndpointSla): K6Limits {
  const limits: K6Limits = { minSamples: sla.minSamples }
  for (const key of LATENCIES) {
    const limit = sla.latency[key]
    if (limit?.level === "fail") limits[key] = limit.limit
  }
  if (sla.errorRate.level === "fail") limits.errorRate = sla.errorRate.limit
  return limits
}
