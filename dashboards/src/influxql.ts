import type { Builder, Dataquery } from "@grafana/grafana-foundation-sdk/cog"

/** The data source that the dashboard's first variable chooses. */
export const INFLUX = { type: "influxdb", uid: "${datasource}" }

// Every variable names its format: the formats Grafana picks by itself differ between its versions.
export const OF_RUN = '"testid" = ${testid:singlequote}'
const OF_BASELINE = '"testid" = ${baseline:singlequote}'
export const IN_SCENARIO = '"scenario" =~ /^${scenario:regex}$/'
const OF_ENDPOINT = '"name" =~ /^${name:regex}$/'
export const IN_RANGE = "$timeFilter"
export const UNEXPECTED = "\"expected_response\" = 'false'"

/** The chosen requests of the run, whatever the time range: a zoom must not change a verdict. */
export const WHOLE_RUN = `${OF_RUN} AND ${IN_SCENARIO} AND ${OF_ENDPOINT}`
export const WHOLE_BASELINE = `${OF_BASELINE} AND ${IN_SCENARIO} AND ${OF_ENDPOINT}`
/** The chosen requests of the run inside the dashboard's time range. */
export const SHOWN = `${WHOLE_RUN} AND ${IN_RANGE}`

/** Everything of the run in the dashboard's time range, of every endpoint or of none. */
export const IN_SHOWN = `${OF_RUN} AND ${IN_SCENARIO} AND ${IN_RANGE}`

/** k6 writes one point per event; divided by the bucket's own length, a sum is a rate per second at any zoom. */
export const PER_SECOND = 'sum("value") * 1000 / $__interval_ms'
export const BY_INTERVAL = "time($__interval)"

/** A float, because InfluxDB 1.6 loses integer columns of every source in a FROM but the first. */
export const COUNT = 'count("value") * 1.0'
export const percentile = (p: number): string => `percentile("value", ${p})`

type TargetOptions = { alias?: string; table?: boolean }

/** An InfluxQL target; the SDK has no builder for this data source. */
export function influx(query: string, { alias, table = false }: TargetOptions = {}): Builder<Dataquery> {
  const target = {
    datasource: INFLUX,
    query,
    rawQuery: true,
    resultFormat: table ? "table" : "time_series",
    ...(alias === undefined ? {} : { alias }),
    _implementsDataqueryVariant: () => {},
  }
  return { build: () => target }
}

type SeriesOptions = { where?: string; by?: string; fill: "none" | "0"; alias?: string }

/** A value of a measurement per interval; with `by`, one line for each value of that tag, called like it. */
export function series(what: string, from: string, options: SeriesOptions): Builder<Dataquery> {
  const { where = SHOWN, by, fill, alias = `$tag_${by}` } = options
  const groups = by === undefined ? BY_INTERVAL : `${BY_INTERVAL}, "${by}"`
  return influx(`${select(what, from, where)} GROUP BY ${groups} fill(${fill})`, { alias })
}

export const select = (what: string, from: string, where: string): string =>
  `SELECT ${what} FROM "${from}" WHERE ${where}`

/** As Grafana's own `regex` format escapes a value. */
export const escapeRegex = (text: string): string => text.replaceAll(/[\\^$*+?.()|[\]{}/]/g, String.raw`\$&`)
