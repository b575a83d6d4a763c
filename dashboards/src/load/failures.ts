import { IN_RANGE, OF_RUN, PER_SECOND, SHOWN, UNEXPECTED, influx, select, series } from "../influxql.ts"
import { RED_FROM_ONE, barGauge, redFrom, table, timeseries } from "../panels.ts"
import type { Row } from "../row.ts"

const NONE = "No failed request"

export const failuresRow: Row = {
  title: "Failures",
  panels: [
    timeseries({
      title: "Share of failed requests by endpoint",
      shows: "Failed requests out of all, per endpoint and interval; an expected 409 is not one.",
      bad: "above 0; the answers are not what the script expected.",
      unit: "percentunit",
      queries: [series('mean("value")', "http_req_failed", { by: "name", fill: "none" })],
    })
      .min(0)
      .max(1),
    timeseries({
      title: "Failed requests per second by endpoint",
      shows: "Requests per second whose answer the script did not expect.",
      bad: "above 0; it says which endpoint breaks, and since when.",
      unit: "reqps",
      queries: [series(PER_SECOND, "http_req_failed", { by: "name", fill: "0" })],
    }).min(0),
    timeseries({
      title: "Answers per second by status",
      shows: "All answers by HTTP status; 409 is a business refusal (sold out, limit reached).",
      bad: "503, overload is rejected; 500, a bug; 0, no answer at all: a timeout or a closed connection.",
      unit: "reqps",
      queries: [series(PER_SECOND, "http_reqs", { by: "status", fill: "0" })],
      stacked: true,
    }),
    barGauge({
      title: "Failed requests by endpoint, status and error code",
      shows:
        "How many requests failed in this time range and how: endpoint, HTTP status, k6's error code (1000 no closer reason, 1050 timeout, 1212 connection refused, 1220 reset, 1400 and up the HTTP status).",
      bad: "any bar at all needs an explanation.",
      size: [14, 8],
      noValue: NONE,
      queries: [
        influx(
          `${select('sum("value")', "http_reqs", `${SHOWN} AND ${UNEXPECTED}`)} GROUP BY "name", "status", "error_code"`,
          { alias: "$tag_name, status $tag_status, error $tag_error_code" },
        ),
      ],
    }).thresholds(redFrom(1)),
    table({
      title: "Checks",
      shows:
        "Every check of the script in this time range: how often it was made and how often it did not hold.",
      bad: "failed above 0; an answer was wrong in content or status.",
      size: [10, 8],
      queries: [
        influx(
          `${select('count("value") - sum("value") AS "failed", count("value") AS "made"', "checks", `${OF_RUN} AND ${IN_RANGE}`)} GROUP BY "check"`,
          { table: true },
        ),
      ],
    }).overrideByName("failed", RED_FROM_ONE),
  ],
}
