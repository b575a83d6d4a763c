import type { Builder, Dataquery } from "@grafana/grafana-foundation-sdk/cog"
import * as dashboard from "@grafana/grafana-foundation-sdk/dashboard"

import { INFLUX, IN_SCENARIO, OF_RUN, select } from "../influxql.ts"

/** A line in every panel over time where a phase of the script begins: warm-up, hold, cool-down. */
export function phaseAnnotation(): Builder<dashboard.AnnotationQuery> {
  return new dashboard.AnnotationQueryBuilder()
    .name("Phases")
    .datasource(INFLUX)
    .enable(true)
    .hide(false)
    .iconColor("blue")
    .target(firstOfEach())
}

/** Over the whole run, so that a zoom does not move a line to the edge of what it shows. */
function firstOfEach(): Builder<Dataquery> {
  const target = {
    refId: "Anno",
    fromAnnotations: true,
    query: `${select('first("value")', "http_reqs", `${OF_RUN} AND ${IN_SCENARIO}`)} GROUP BY "phase"`,
    textColumn: "phase",
    _implementsDataqueryVariant: () => {},
  }
  return { build: () => target }
}
