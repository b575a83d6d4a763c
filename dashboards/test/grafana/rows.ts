import type { InfluxSeries } from "@saleproof/loadctl/influx/client.ts"

/** The rows of an answer as objects: a row's columns and its series' tags by name. */
export function rowsOf(series: readonly InfluxSeries[]) {
  return series.flatMap(({ tags, columns, values }) =>
    values.map((row) => ({
      ...tags,
      ...Object.fromEntries(columns.map((column, index) => [column, row[index]])),
    })),
  )
}
