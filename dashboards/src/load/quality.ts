import * as common from "@grafana/grafana-foundation-sdk/common"
import { FieldColorBuilder, FieldColorModeId } from "@grafana/grafana-foundation-sdk/dashboard"

import { BY_INTERVAL, IN_RANGE, OF_RUN, influx, select } from "../influxql.ts"
import { GREEN, RED, barGauge, redFrom, stat, steps, table, timeseries } from "../panels.ts"
import type { Row } from "../row.ts"
import { LOAD_UID } from "../uids.ts"

/** k6 writes one point of each for every request. */
const PER_REQUEST = [
  "http_reqs",
  "http_req_duration",
  "http_req_failed",
  "http_req_blocked",
  "http_req_connecting",
  "http_req_sending",
  "http_req_waiting",
  "http_req_receiving",
]

const LONGEST_GAP_MS = 2_000

// k6 writes one point of it every second, so a gap in it is a gap in what was stored.
const GAPS = `SELECT elapsed("value", 1ms) AS "gap" FROM "vus" WHERE ${OF_RUN}`

export const qualityRow: Row = {
  title: "Data quality",
  panels: [
    stat({
      title: "Longest gap",
      shows: "The longest time between two of the points that k6 writes every second, over the whole run.",
      bad: "above 2 s; a write was lost or the generator was paused, and what happened in that time is missing.",
      unit: "ms",
      size: [4, 4],
      queries: [influx(`SELECT max("gap") FROM (${GAPS})`)],
    }).thresholds(redFrom(LONGEST_GAP_MS)),
    stat({
      title: "Seconds stored",
      shows: "The share of the run's seconds whose point was stored.",
      bad: "below 98 %; InfluxDB refused or lost writes. k6 says so only on its stderr; loadctl calls such a run INVALID.",
      unit: "percentunit",
      size: [4, 4],
      queries: [influx(`SELECT count("gap") * 1000 / sum("gap") AS "stored" FROM (${GAPS})`)],
    })
      .max(1)
      .decimals(0)
      .thresholds(
        steps([
          { value: null, color: RED },
          { value: 0.98, color: GREEN },
        ]),
      ),
    barGauge({
      title: "Points stored per metric",
      shows:
        "Points of the whole run; every request writes one of each of these metrics, so all bars are equally long.",
      bad: "different lengths; part of a write was dropped, or points overwrote each other.",
      queries: PER_REQUEST.map((measurement) =>
        influx(select('count("value")', measurement, OF_RUN), { alias: measurement }),
      ),
    })
      .min(0)
      .displayMode(common.BarGaugeDisplayMode.Basic)
      .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.Fixed).fixedColor("blue")),
    runs(),
    gapsOverTime(),
    timeseries({
      title: "Points stored per second of each metric",
      shows: "Every request writes one point of each of these metrics, so all lines lie on each other.",
      bad: "a line below the others; part of what was written at that moment was dropped, or points overwrote each other.",
      unit: "short",
      size: [12, 8],
      queries: PER_REQUEST.map((measurement) =>
        influx(
          `${select('count("value") * 1000 / $__interval_ms', measurement, `${OF_RUN} AND ${IN_RANGE}`)} GROUP BY ${BY_INTERVAL} fill(0)`,
          { alias: measurement },
        ),
      ),
    }).min(0),
  ],
}

function gapsOverTime() {
  const gaps = `SELECT elapsed("value", 1ms) AS "gap" FROM "vus" WHERE ${OF_RUN} AND ${IN_RANGE}`
  return timeseries({
    title: "When writes were lost",
    shows:
      "The time between two of the points that k6 writes every second, at the moment when the later one was stored.",
    bad: 'a peak above the line; InfluxDB refused or lost what k6 wrote in that time. k6 then says "Couldn\'t write stats", and does not try again.',
    unit: "ms",
    size: [12, 8],
    queries: [
      influx(`SELECT max("gap") FROM (${gaps}) WHERE ${IN_RANGE} GROUP BY ${BY_INTERVAL} fill(none)`, {
        alias: "gap",
      }),
    ],
    limit: LONGEST_GAP_MS,
  }).min(0)
}

/** The way out of an empty dashboard: a run's link opens it with the run's own time range. */
function runs() {
  const opens = `/d/${LOAD_UID}?var-testid=\${__data.fields.testid}&from=\${__data.fields.started.numeric}&to=\${__data.fields.ended.numeric}`
  return table({
    title: "Stored runs",
    shows: "Every run in this database. Click one to open it with its own time range.",
    bad: "the chosen run lies outside the dashboard's time range; then the panels over time are empty.",
    queries: [
      influx('SELECT first("value") AS "start" FROM "http_reqs" GROUP BY "testid"', { table: true }),
      influx('SELECT last("value") AS "end" FROM "http_reqs" GROUP BY "testid"', { table: true }),
    ],
  })
    .overrideByName("testid", [
      { id: "links", value: [{ title: "Open this run", url: opens, targetBlank: false }] },
    ])
    .withTransformation(timeAs("A", "started", "start"))
    .withTransformation(timeAs("B", "ended", "end"))
    .withTransformation({ id: "joinByField", options: { byField: "testid", mode: "outer" } })
}

function timeAs(refId: string, name: string, dropped: string) {
  return {
    id: "organize",
    filter: { id: "byRefId", options: refId },
    options: { renameByName: { Time: name }, excludeByName: { [dropped]: true } },
  }
}
