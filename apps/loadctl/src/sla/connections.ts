import type { Sla } from "@saleproof/sla/resolve.ts"

import type { Measurement } from "../stats/model.ts"
import { limitMsText, msText } from "./text.ts"

/** k6's latency begins when a request is sent: what it waited for its connection before that is in no figure. */
export function connectionWarnings({ k6, overall: { p95 } }: Measurement, { overall, each }: Sla): string[] {
  const blocked = k6.metrics["http_req_blocked"]?.["p95"] ?? 0
  const limit = (overall.latency.p95 ?? each.latency.p95)?.limit
  if (limit === undefined || p95 === null || p95 > limit || p95 + blocked <= limit) return []
  return [
    `Requests waited ${msText(blocked)} ms (p95) for a connection, which is in no latency of k6's: together with it, ${limitMsText(limit)} ms would be exceeded.`,
  ]
}
