import { lines, perSecond, quantile } from "../promql.ts"
import type { Row } from "../row.ts"
import type { Sla } from "../sla.ts"

const DURATION = "saleproof_http_request_duration_seconds"
const CHOSEN = '{route=~"$route"}'

export function requestsRow(sla: Sla): Row {
  return {
    title: "Requests",
    panels: [
      lines({
        title: "Requests per second by route",
        shows: "Answered requests per second as the API counts them, by route.",
        bad: "less than the load test sends; requests are lost, or wait before the API sees them.",
        unit: "reqps",
        size: [12, 8],
        queries: { "{{route}}": perSecond(`${DURATION}_count${CHOSEN}`, "route") },
        stacked: true,
      }),
      lines({
        title: "p95 by route",
        shows: `The 95th percentile inside the API, estimated from histogram buckets; the line is the SLA's ${sla.each.p95Ms} ms. The load test dashboard has the exact ones, from the client's side.`,
        bad: "near the line, the API itself is slow; low while the client's p95 is high, the time goes to the network, the accept queue or a busy event loop.",
        unit: "s",
        size: [12, 8],
        queries: { "{{route}}": quantile(0.95, `${DURATION}${CHOSEN}`, "route") },
        limit: sla.each.p95Ms / 1_000,
      }),
      lines({
        title: "Answers per second by status",
        shows: "All answers by HTTP status; 409 is a business refusal.",
        bad: "503, requests are rejected to protect those in progress; 500, a bug.",
        unit: "reqps",
        queries: { "{{status}}": perSecond(`${DURATION}_count${CHOSEN}`, "status") },
        stacked: true,
      }),
      lines({
        title: "Refusals per second by code",
        shows:
          "Problem documents sent, by their code; sold out, limit reached and balance too low are business.",
        bad: "OVERLOADED, a queue is full; UNAVAILABLE, the database or Redis does not answer; INTERNAL, a bug.",
        unit: "ops",
        noValue: "No refusal yet",
        queries: { "{{code}}": perSecond("saleproof_refusals_total", "code") },
      }),
      lines({
        title: "Requests in flight",
        shows: "Requests that the API has begun and not yet answered.",
        bad: "growing while the rate of answers stays flat; the API is saturated.",
        queries: { "in flight": 'sum(saleproof_http_requests_in_flight{process="api"})' },
      }).min(0),
    ],
  }
}
