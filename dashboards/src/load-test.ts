import * as dashboard from "@grafana/grafana-foundation-sdk/dashboard"

import { IN_SCENARIO, INFLUX, OF_RUN } from "./influxql.ts"
import { assemble } from "./assemble.ts"
import { baselineRow } from "./load/baseline.ts"
import { distributionRow } from "./load/distribution.ts"
import { failuresRow } from "./load/failures.ts"
import { latencyRow } from "./load/latency.ts"
import { phaseAnnotation } from "./load/phases.ts"
import { qualityRow } from "./load/quality.ts"
import { throughputRow } from "./load/throughput.ts"
import { verdictRow } from "./load/verdict.ts"
import type { Sla } from "./sla.ts"
import { INFLUX_UID, LOAD_UID, SHOP_UID } from "./uids.ts"

/** What k6 measured, from the points it wrote to InfluxDB. */
export function loadTestDashboard(sla: Sla): dashboard.Dashboard {
  return assemble({
    uid: LOAD_UID,
    title: "Saleproof load test",
    description: "One k6 run against its SLA and against a baseline run, from k6's points in InfluxDB.",
    datasource: INFLUX,
    refreshIntervals: ["5s", "10s", "30s"],
    variables: [
      new dashboard.DatasourceVariableBuilder("datasource")
        .label("Data source")
        .type("influxdb")
        .current({ text: "InfluxDB", value: INFLUX_UID }),
      runVariable("testid", "Run", "The run to look at; the newest is first."),
      runVariable("baseline", "Baseline", "The run to compare it with."),
      manyOf("scenario", "Scenario", OF_RUN),
      manyOf("name", "Endpoint", `${OF_RUN} AND ${IN_SCENARIO}`),
    ],
    annotations: [phaseAnnotation()],
    links: [{ title: "Shop", uid: SHOP_UID }],
    rows: [
      verdictRow(sla),
      throughputRow,
      latencyRow(sla),
      failuresRow,
      distributionRow(sla),
      baselineRow(sla),
      qualityRow,
    ],
  })
}

function runVariable(name: string, label: string, description: string) {
  // Run ids begin with the time.
  return tagValues(name, { tag: "testid" }, dashboard.VariableSort.AlphabeticalDesc)
    .label(label)
    .description(description)
}

/** "All" means every value there is, so requests of setup and teardown, which have no scenario, stay out. */
function manyOf(tag: string, label: string, where: string) {
  return tagValues(tag, { tag, where }, dashboard.VariableSort.AlphabeticalAsc)
    .label(label)
    .multi(true)
    .includeAll(true)
    .allValue(".+")
    .current({ text: "All", value: "$__all" })
}

function tagValues(name: string, key: { tag: string; where?: string }, order: dashboard.VariableSort) {
  const values = `SHOW TAG VALUES FROM "http_reqs" WITH KEY = "${key.tag}"`
  const variable = new dashboard.QueryVariableBuilder(name)
    .datasource(INFLUX)
    .query(key.where === undefined ? values : `${values} WHERE ${key.where}`)
    .refresh(dashboard.VariableRefresh.OnTimeRangeChanged)
  // oxlint-disable-next-line unicorn/no-array-sort -- a builder, not an array
  return variable.sort(order)
}
