import { PanelBuilder as Trend } from "@grafana/grafana-foundation-sdk/trend"

import { COUNT, WHOLE_BASELINE, WHOLE_RUN, influx, percentile, select } from "../influxql.ts"
import { GREEN, RED, applySpec, legend, redFrom, steps, table } from "../panels.ts"
import type { PanelSpec, Query } from "../panels.ts"
import type { Row } from "../row.ts"
import type { Sla } from "../sla.ts"

const PERCENTILES = [50, 95, 99]

// Above what the same commit differs by from itself on a quiet machine.
const WORTH_A_LOOK_PERCENT = 10

export function baselineRow(sla: Sla): Row {
  const latency = overlay({
    title: "p95: this run and the baseline",
    shows: `p95 per second of both runs, laid over each other by the seconds since each one's first request. The line is the SLA's ${sla.overall.p95Ms} ms.`,
    bad: "this run above the baseline for long; it is slower at the same moment of the same scenario.",
    unit: "ms",
    value: percentile(95),
    measurement: "http_req_duration",
  }).thresholds(redFrom(sla.overall.p95Ms))
  const rate = overlay({
    title: "Requests per second: this run and the baseline",
    shows: "Answered requests per second of both runs, by the seconds since each one's first request.",
    bad: "below the baseline, the same users got less done; of another shape, the scenarios differ and should not be compared.",
    unit: "reqps",
    value: 'sum("value")',
    measurement: "http_reqs",
  })
  return { title: "Against the baseline (whole runs)", panels: [latency, rate, changes()] }
}

type Overlay = Omit<PanelSpec, "size" | "queries"> & { value: string; measurement: string }

/** Two runs of different days over one axis of seconds. */
function overlay({ value, measurement, ...spec }: Overlay): Trend {
  return applySpec(new Trend(), {
    ...spec,
    size: [12, 9],
    queries: [
      bySecond("run", select(`${value} AS "run"`, measurement, WHOLE_RUN)),
      bySecond("baseline", select(`${value} AS "baseline"`, measurement, WHOLE_BASELINE)),
    ],
  })
    .lineWidth(1)
    .fillOpacity(0)
    .spanNulls(true)
    .legend(legend())
    .xField("seconds")
    .overrideByName("seconds", [{ id: "unit", value: "s" }])
    .overrideByName("baseline", [{ id: "color", value: { mode: "fixed", fixedColor: "text" } }])
    .withTransformation({ id: "groupBy", options: { fields: ONE_LINE_A_SECOND } })
    .withTransformation({ id: "organize", options: { excludeByName: { Time: true }, renameByName: PLAIN } })
    .withTransformation({ id: "joinByField", options: { byField: "seconds", mode: "outer" } })
}

const ONE_LINE_A_SECOND = {
  Time: { operation: "groupby", aggregations: [] },
  seconds: { operation: "aggregate", aggregations: ["sum"] },
  run: { operation: "aggregate", aggregations: ["max"] },
  baseline: { operation: "aggregate", aggregations: ["max"] },
}
const PLAIN = { "seconds (sum)": "seconds", "run (max)": "run", "baseline (max)": "baseline" }

/**
 * A value per second of a run, beside the seconds since its first. InfluxQL cannot turn a time into a value; the
 * running sum of the gaps between the points is the same number. The two parts of each second come as two lines
 * that the panel's first transformation makes one; the first second has no gap, which sums up to 0.
 */
function bySecond(column: string, selection: string): Query {
  const values = `${selection} GROUP BY time(1s) fill(none)`
  const gaps = `SELECT elapsed("${column}", 1s) AS "gap" FROM (${values})`
  const seconds = `SELECT cumulative_sum("gap") AS "seconds" FROM (${gaps})`
  return influx(`SELECT "seconds", "${column}" FROM (${seconds}), (${values})`, { table: true })
}

function changes() {
  const panel = table({
    title: "Change per endpoint",
    shows:
      "Percentiles and sample counts of both runs over their whole length. A change of less than 10 % may be noise; `loadctl compare` says whether it is.",
    bad: "red, a percentile grew by 10 % or more; an empty cell, one of the runs never called that endpoint.",
    size: [24, 9],
    queries: [changeQuery()],
  }).overrideByName("name", [{ id: "displayName", value: "endpoint" }])
  for (const p of PERCENTILES) {
    panel
      .overrideByName(`p${p}`, inMs)
      .overrideByName(`p${p} baseline`, inMs)
      .overrideByName(`p${p} change`, inPercent)
  }
  return panel
}

const inMs = [
  { id: "unit", value: "ms" },
  { id: "decimals", value: 1 },
]
const inPercent = [
  { id: "unit", value: "percent" },
  { id: "decimals", value: 0 },
  { id: "custom.cellOptions", value: { type: "color-text" } },
  {
    id: "thresholds",
    value: steps([
      { value: null, color: GREEN },
      { value: -WORTH_A_LOOK_PERCENT, color: "text" },
      { value: WORTH_A_LOOK_PERCENT, color: RED },
    ]).build(),
  },
]

function changeQuery(): Query {
  const part = (side: string, where: string) => {
    const columns = [...PERCENTILES.map((p) => `${percentile(p)} AS "${side}${p}"`), `${COUNT} AS "${side}n"`]
    return `${select(columns.join(", "), "http_req_duration", where)} GROUP BY "name"`
  }
  const columns = PERCENTILES.flatMap((p) => [
    `max("run${p}") AS "p${p}"`,
    `max("base${p}") AS "p${p} baseline"`,
    `(max("run${p}") - max("base${p}")) / max("base${p}") * 100 AS "p${p} change"`,
  ])
  return influx(
    `SELECT ${columns.join(", ")}, sum("runn") AS "n", sum("basen") AS "n baseline" FROM (${part("run", WHOLE_RUN)}), (${part("base", WHOLE_BASELINE)}) GROUP BY "name"`,
    { table: true },
  )
}
