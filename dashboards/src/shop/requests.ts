import { stacked, timeseries, withLimitLine } from "../panels.ts"
import { perSecond, prometheus, quantile } from "../promql.ts"
import type { Row } from "../row.ts"
import type { Sla } from "../sla.ts"

const DURATION = "saleproof_http_request_duration_seconds"
const CHOSEN = '{route=~"$route"}'

export function requestsRow(sla: Sla): Row {
  return { title: "Requests", panels: [rate(), p95(sla), statuses(), refusals(), inFlight()] }
}

function rate() {
  return stacked(
    timeseries(
      {
        title: "Requests per second by route",
        shows: "Answered requests per second as the API counts them, by route.",
        bad: "less than the load test sends; requests are lost, or wait before the API sees them.",
        unit: "reqps",
        size: [12, 8],
      },
      prometheus(perSecond(`${DURATION}_count${CHOSEN}`, "route"), "{{route}}"),
    ),
  )
}

function p95(sla: Sla) {
  return withLimitLine(
    timeseries(
      {
        title: "p95 by route",
        shows: `The 95th percentile inside the API, estimated from histogram buckets; the line is the SLA's ${sla.each.p95Ms} ms. The load test dashboard has the exact ones, from the client's side.`,
        bad: "near the line, the API itself is slow; low while the client's p95 is high, the time goes to the network, the accept queue or a busy event loop.",
        unit: "s",
        size: [12, 8],
      },
      prometheus(quantile(0.95, `${DURATION}${CHOSEN}`, "route"), "{{route}}"),
    ),
    sla.each.p95Ms / 1_000,
  )
}

function statuses() {
  return stacked(
    timeseries(
      {
        title: "Answers per second by status",
        shows: "All answers by HTTP status; 409 is a business refusal.",
        bad: "503, work is turned away to protect what is in progress; 500, a bug.",
        unit: "reqps",
        size: [8, 8],
      },
      prometheus(perSecond(`${DURATION}_count${CHOSEN}`, "status"), "{{status}}"),
    ),
  )
}

function refusals() {
  return timeseries(
    {
      title: "Refusals per second by code",
      shows:
        "Problem documents sent, by their code; sold out, limit reached and balance too low are business.",
      bad: "OVERLOADED, a queue is full; UNAVAILABLE, the database or Redis is away; INTERNAL, a bug.",
      unit: "ops",
      size: [8, 8],
      noValue: "No refusal yet",
    },
    prometheus(perSecond("saleproof_refusals_total", "code"), "{{code}}"),
  )
}

function inFlight() {
  return timeseries(
    {
      title: "Requests in flight",
      shows: "Requests that the API has begun and not yet answered.",
      bad: "growing while the rate of answers stays flat; the API is saturated.",
      unit: "short",
      size: [8, 8],
    },
    prometheus('sum(saleproof_http_requests_in_flight{process="api"})', "in flight"),
  ).min(0)
}
