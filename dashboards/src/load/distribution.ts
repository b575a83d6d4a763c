import { HeatmapCellLayout } from "@grafana/grafana-foundation-sdk/common"
import * as heatmap from "@grafana/grafana-foundation-sdk/heatmap"

import { BY_INTERVAL, COUNT, IN_RANGE, SHOWN, influx, select, series } from "../influxql.ts"
import { applySpec, timeseries } from "../panels.ts"
import type { PanelSpec, Query } from "../panels.ts"
import type { Row } from "../row.ts"
import type { Sla } from "../sla.ts"

const BOUNDS_MS = [5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000]

/** Where the time of a request went, in the order it is spent. */
const PARTS = [
  ["http_req_blocked", "blocked"],
  ["http_req_connecting", "connecting"],
  ["http_req_tls_handshaking", "TLS"],
  ["http_req_sending", "sending"],
  ["http_req_waiting", "waiting for the server"],
  ["http_req_receiving", "receiving"],
] as const

export function distributionRow(sla: Sla): Row {
  return {
    title: "Where the time goes",
    panels: [
      latencyHeatmap(sla),
      timeseries({
        title: "Parts of a request, mean",
        shows: "The mean time of each part of a request, stacked.",
        bad: "waiting, the server is slow; blocked or connecting, the generator runs out of connections; receiving, answers are large or the generator is starved.",
        unit: "ms",
        size: [10, 10],
        queries: PARTS.map(([measurement, alias]) =>
          series('mean("value")', measurement, { fill: "none", alias }),
        ),
        stacked: true,
      }),
    ],
  }
}

function latencyHeatmap(sla: Sla) {
  const bounds = [...new Set([...BOUNDS_MS, sla.each.p95Ms])].toSorted((a, b) => a - b)
  const lines = [...bounds, undefined].map((bound, index) => countIn(bounds[index - 1], bound))
  const spec = {
    title: "Latency of all requests",
    shows:
      "How many requests took how long, counted by the database from every point; a label is the upper bound of its line in ms.",
    bad: `mass above ${sla.each.p95Ms}, the SLA breaks; two bands, some requests wait for what others hold.`,
    size: [14, 10],
    queries: lines,
  } satisfies PanelSpec
  return applySpec(new heatmap.PanelBuilder(), spec)
    .interval("1s")
    .maxDataPoints(120)
    .calculate(false)
    .rowsFrame(new heatmap.RowsHeatmapOptionsBuilder().layout(HeatmapCellLayout.Le))
    .filterValues(new heatmap.FilterValueRangeBuilder().le(1e-9))
    .color(
      new heatmap.HeatmapColorOptionsBuilder()
        .mode(heatmap.HeatmapColorMode.Scheme)
        .scheme("Oranges")
        .scale(heatmap.HeatmapColorScale.Exponential)
        .exponent(0.5)
        .steps(64),
    )
    .yAxis(new heatmap.YAxisConfigBuilder().unit("ms"))
}

/**
 * InfluxQL cannot group by a field, so each line of the heatmap is a count of its own. The zeros of the first part
 * keep a line that no request fell into.
 */
function countIn(above: number | undefined, upTo: number | undefined): Query {
  const where = [
    SHOWN,
    ...(above === undefined ? [] : [`"value" > ${above}`]),
    ...(upTo === undefined ? [] : [`"value" <= ${upTo}`]),
  ].join(" AND ")
  const zeros = `${select(`${COUNT} * 0 AS "n"`, "http_req_duration", SHOWN)} GROUP BY ${BY_INTERVAL}`
  const counts = `${select(`${COUNT} AS "n"`, "http_req_duration", where)} GROUP BY ${BY_INTERVAL}`
  return influx(
    `SELECT sum("n") FROM (${zeros}), (${counts}) WHERE ${IN_RANGE} GROUP BY ${BY_INTERVAL} fill(0)`,
    { alias: upTo === undefined ? "+Inf" : String(upTo) },
  )
}
