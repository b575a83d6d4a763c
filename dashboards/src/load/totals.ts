import { BigValueColorMode } from "@grafana/grafana-foundation-sdk/common"

import { OF_RUN, WHOLE_RUN, influx, percentile, select } from "../influxql.ts"
import { redFrom, stat } from "../panels.ts"
import type { Sla } from "../sla.ts"

/** Of the chosen requests of the whole run. */
export function requestTotals(sla: Sla) {
  return [
    stat({
      title: "p95, all endpoints",
      shows: "95 % of the requests were answered within this time.",
      bad: `above the SLA's ${sla.overall.p95Ms} ms.`,
      unit: "ms",
      size: [4, 4],
      queries: [influx(select(percentile(95), "http_req_duration", WHOLE_RUN))],
    })
      .decimals(1)
      .thresholds(redFrom(sla.overall.p95Ms)),
    stat({
      title: "Requests",
      shows: "Requests stored for this run, without setup.",
      bad: "none or few; there is nothing to judge.",
      unit: "short",
      size: [4, 4],
      queries: [influx(select('count("value")', "http_req_duration", WHOLE_RUN))],
    }).colorMode(BigValueColorMode.None),
    stat({
      title: "Failed requests",
      shows:
        "Requests whose answer the script did not expect: errors, timeouts, wrong statuses. An expected 409 is not one.",
      bad: "any at all; the SLA has no budget for them.",
      size: [4, 4],
      queries: [influx(select('sum("value")', "http_req_failed", WHOLE_RUN))],
    }).thresholds(redFrom(1)),
  ]
}

/** Of the whole run: k6 counts these per run or per scenario, not per request. */
export function runTotals() {
  return [
    stat({
      title: "Failed checks",
      shows: "Checks of the script that did not hold, over status and content of the answers.",
      bad: "any at all; the shop is wrong, not slow.",
      size: [4, 4],
      queries: [influx(select('count("value") - sum("value")', "checks", OF_RUN))],
    }).thresholds(redFrom(1)),
    stat({
      title: "Dropped iterations",
      shows: "Iterations that k6 could not start because every virtual user was busy.",
      bad: "any at all; less load was offered than planned, and the latencies look better than they are.",
      size: [4, 4],
      noValue: "0",
      queries: [influx(select('sum("value")', "dropped_iterations", OF_RUN))],
    }).thresholds(redFrom(1)),
    stat({
      title: "Peak virtual users",
      shows: "The most virtual users at once.",
      bad: "below the scenario's target; the ramp never finished.",
      size: [4, 4],
      queries: [influx(select('max("value")', "vus", OF_RUN))],
    }).colorMode(BigValueColorMode.None),
  ]
}
