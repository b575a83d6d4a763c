import { DataqueryBuilder, PromQueryFormat } from "@grafana/grafana-foundation-sdk/prometheus"

import { timeseries } from "./panels.ts"
import type { Query, TimeseriesSpec } from "./panels.ts"

/** The data source that the dashboard's first variable chooses. */
export const PROMETHEUS = { type: "prometheus", uid: "${datasource}" }

const WINDOW = "[$__rate_interval]"

/** Events per second, summed over the processes, by the labels given. */
export function perSecond(counter: string, ...by: string[]): string {
  const grouping = by.length > 0 ? ` by (${by.join(", ")}) ` : ""
  return `sum${grouping}(rate(${counter}${WINDOW}))`
}

/** A quantile (0 to 1) of a histogram's observations in the window, from its buckets. */
export const quantile = (q: number, histogram: string, ...by: string[]): string =>
  `histogram_quantile(${q}, sum by (${["le", ...by].join(", ")}) (rate(${bucketsOf(histogram)}${WINDOW})))`

/** The mean of a histogram's observations in the window. */
export const meanOf = (histogram: string, ...by: string[]): string =>
  `${perSecond(`${histogram}_sum`, ...by)} / ${perSecond(`${histogram}_count`, ...by)}`

/** "name{labels}" becomes "name_bucket{labels}". */
const bucketsOf = (histogram: string): string => histogram.replace(/^\w+/, "$&_bucket")

type Lines = Omit<TimeseriesSpec, "queries"> & { queries: Record<string, string> }

/** A panel over time with the lines of each query, by legend; a plain number and a third of the width unless said. */
export const lines = ({ queries, unit = "short", ...spec }: Lines) =>
  timeseries({
    ...spec,
    unit,
    queries: Object.entries(queries).map(([legend, expr]) => prometheus(expr, legend)),
  })

export function prometheus(expr: string, legend: string): Query {
  return new DataqueryBuilder()
    .datasource(PROMETHEUS)
    .expr(expr)
    .legendFormat(legend)
    .range()
    .format(PromQueryFormat.TimeSeries)
}
