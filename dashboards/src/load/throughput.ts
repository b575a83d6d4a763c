import * as common from "@grafana/grafana-foundation-sdk/common"
import { MappingType } from "@grafana/grafana-foundation-sdk/dashboard"
import { PanelBuilder as StateTimeline } from "@grafana/grafana-foundation-sdk/statetimeline"

import { IN_RANGE, IN_SHOWN, OF_RUN, PER_SECOND, series } from "../influxql.ts"
import { RED, applySpec, legend, timeseries } from "../panels.ts"
import type { PanelSpec, Query } from "../panels.ts"
import type { Row } from "../row.ts"

/** The script's own counters, and what each is called here. */
const OUTCOMES = [
  ["order_created", "orders created"],
  ["coupon_granted", "coupons granted"],
  ["coupon_refused", "coupons refused"],
] as const

export const throughputRow: Row = {
  title: "Offered and achieved load",
  panels: [
    timeseries({
      title: "Requests per second",
      shows:
        "Answered requests per second, stacked by endpoint: a true rate at any zoom; only the first and the last bucket may be cut short.",
      bad: "flat while the virtual users still grow; something is saturated.",
      unit: "reqps",
      size: [12, 8],
      queries: [series(PER_SECOND, "http_reqs", { by: "name", fill: "0" })],
      stacked: true,
    }),
    timeseries({
      title: "Iterations offered per second",
      shows:
        "Completed and, in red on top of them, dropped iterations per second; together they are what was offered.",
      bad: "red; the generator had no free virtual user, so the offered load was not reached.",
      unit: "iops",
      size: [12, 8],
      noValue: "No iteration in this time range",
      queries: [
        series(PER_SECOND, "iterations", { where: IN_SHOWN, fill: "0", alias: "completed" }),
        series(PER_SECOND, "dropped_iterations", { where: IN_SHOWN, fill: "0", alias: "dropped" }),
      ],
      stacked: true,
    }).overrideByName("dropped", [{ id: "color", value: { mode: "fixed", fixedColor: RED } }]),
    timeseries({
      title: "Virtual users",
      shows: "Virtual users at work, and how many k6 has initialized.",
      bad: "at the ceiling of initialized ones while iterations are dropped; the generator is the limit.",
      unit: "short",
      queries: [usersOf("vus", "active"), usersOf("vus_max", "initialized")],
    })
      .lineInterpolation(common.LineInterpolation.StepAfter)
      .min(0),
    timeseries({
      title: "Business outcomes per second",
      shows: "What the load did: orders created, coupon claims granted and refused.",
      bad: "orders far below the iterations, purchases fail; only refusals, the coupons are sold out, as in the limited variant.",
      unit: "ops",
      noValue: "The script does not count outcomes",
      queries: OUTCOMES.map(([measurement, alias]) =>
        series(PER_SECOND, measurement, { where: IN_SHOWN, fill: "0", alias }),
      ),
    }).min(0),
    phases(),
  ],
}

// k6 writes these for the whole run, without a scenario.
export function usersOf(measurement: "vus" | "vus_max", alias: string): Query {
  const where = `${OF_RUN} AND ${IN_RANGE}`
  return series('max("value")', measurement, { where, fill: "none", alias })
}

function phases() {
  const spec = {
    title: "Phase",
    shows:
      "When the script was warming up, holding its load and cooling down; an iteration stays in the phase it started in.",
    bad: "a peak outside the hold; ramps are not what the scenario is judged by.",
    noValue: "The script sets no phase",
    queries: [series('count("value")', "http_reqs", { by: "phase", fill: "none" })],
  } satisfies PanelSpec
  return applySpec(new StateTimeline(), spec)
    .interval("1s")
    .mergeValues(true)
    .showValue(common.VisibilityMode.Never)
    .legend(legend().showLegend(false))
    .mappings([
      {
        type: MappingType.RangeToText,
        options: { from: 1, to: null, result: { color: "blue", text: "on" } },
      },
    ])
}
