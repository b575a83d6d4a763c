import * as common from "@grafana/grafana-foundation-sdk/common"

import { IN_SHOWN, percentile, series } from "../influxql.ts"
import { timeseries } from "../panels.ts"
import type { Row } from "../row.ts"
import type { Sla } from "../sla.ts"
import { usersOf } from "./throughput.ts"

/** What the user waited for in each step, as the script measures it, in ms. */
const STEP_TRENDS = [
  "charge_balance_time",
  "coupon_issue_time",
  "coupon_check_time",
  "get_top5_time",
  "order_time",
]

export function latencyRow(sla: Sla): Row {
  return {
    title: "Latency",
    panels: [
      p95ByEndpoint(sla),
      timeseries({
        title: "p95 by step of the user",
        shows: "The 95th percentile of the script's own trends: what a user waits for in one step.",
        bad: "far above its endpoint's p95; the step repeats or waits.",
        unit: "ms",
        size: [10, 9],
        queries: STEP_TRENDS.map((trend) =>
          series(percentile(95), trend, { where: IN_SHOWN, fill: "none", alias: trend }),
        ),
      }),
      everyEndpoint(sla),
    ],
  }
}

function p95ByEndpoint(sla: Sla) {
  const panel = timeseries({
    title: "p95 by endpoint",
    shows: `The 95th percentile of each endpoint's requests in every interval, from the points themselves; the line is the SLA's ${sla.each.p95Ms} ms, the dashed one the virtual users.`,
    bad: "above the line, that moment broke the SLA; rising together with the users, it does not scale.",
    unit: "ms",
    size: [14, 9],
    queries: [
      series(percentile(95), "http_req_duration", { by: "name", fill: "none" }),
      usersOf("vus", "virtual users"),
    ],
    limit: sla.each.p95Ms,
  }).overrideByName("virtual users", [
    { id: "unit", value: "short" },
    { id: "custom.axisPlacement", value: common.AxisPlacement.Right },
    { id: "custom.axisSoftMax", value: null },
    { id: "custom.lineStyle", value: { fill: "dash", dash: [6, 6] } },
    { id: "custom.fillOpacity", value: 0 },
    { id: "custom.thresholdsStyle", value: { mode: "off" } },
    { id: "color", value: { mode: "fixed", fixedColor: "text" } },
  ])
  // Always in view, so that the panel shows the margin too.
  return panel.axisSoftMax(sla.each.p95Ms * 1.05)
}

function everyEndpoint(sla: Sla) {
  const columns = [...[50, 95, 99].map((p) => `${percentile(p)} AS "p${p}"`), 'max("value") AS "max"']
  return timeseries({
    title: "${name}",
    shows: `p50, p95, p99 and the slowest request of this endpoint in every interval; the line is the SLA's ${sla.each.p95Ms} ms for p95.`,
    bad: "p50 low and p99 high, a queue or a lock hits some; all high, the endpoint itself is slow.",
    unit: "ms",
    queries: [series(columns.join(", "), "http_req_duration", { fill: "none", alias: "$col" })],
    limit: sla.each.p95Ms,
  })
    .repeat("name")
    .repeatDirection("h")
    .maxPerRow(3)
}
