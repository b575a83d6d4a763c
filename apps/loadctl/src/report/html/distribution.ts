import type { SampleSeries } from "../../recorder/recording.ts"
import { endpointNames, judgedBy, judgedMs, othersOf, timedMs } from "../../stats/measure.ts"
import type { MeasurePlan } from "../../stats/measure.ts"
import type { Window } from "../../stats/model.ts"
import { OVERALL } from "../../stats/slices.ts"
import { concatColumns } from "../../stats/values.ts"

/** The judged requests by latency: outline of a histogram, [lower end of a bin in ms, % of the requests]. */
export type Distribution = {
  min: number
  max: number
  rows: { name: string; n: number; outline: [ms: number, percent: number][] }[]
}

const BINS_A_DECADE = 12
// Below this, k6's clock says more about itself than about the server.
const LEAST_MS = 0.1

/** Every endpoint over the same bins, all HTTP requests together first; null when nothing was judged. */
export function distributionOf(
  samples: readonly SampleSeries[],
  plan: MeasurePlan,
  hold: Window | null,
): Distribution | null {
  const series = samples.filter(({ scenario }) => plan.k6Scenarios.includes(scenario))
  const judged = judgedBy(series, plan, hold)
  const requests = series.filter(({ metric }) => !metric)
  const named = Map.groupBy(requests, ({ name }) => name)
  const found = endpointNames(plan.sla, named.keys()).map((name) => {
    const metric = plan.sla.endpoints[name]?.metric
    const own = metric ? othersOf(series, { name, metric }) : (named.get(name) ?? [])
    return { name, metric, values: concatColumns(own.map((one) => timedMs(one, judgedMs(one, judged)))) }
  })
  const all = concatColumns(found.filter(({ metric }) => !metric).map(({ values }) => values))
  const [first, last] = rangeOf(found.map(({ values }) => values))
  if (first > last) return null
  const rows = [{ name: OVERALL, values: all }, ...found].map(({ name, values }) => ({
    name,
    n: values.length,
    outline: outlineOf(values, first, last),
  }))
  return { min: edgeOf(first), max: edgeOf(last + 1), rows }
}

/** The first and the last bin that have a value; the first is beyond the last where there is none. */
function rangeOf(columns: readonly Float64Array[]): [first: number, last: number] {
  let [first, last] = [Infinity, -Infinity]
  for (const values of columns) {
    for (const value of values) [first, last] = [Math.min(first, binOf(value)), Math.max(last, binOf(value))]
  }
  return [first, last]
}

function outlineOf(values: Float64Array, first: number, last: number): [number, number][] {
  const counts = new Map<number, number>()
  for (const value of values) counts.set(binOf(value), (counts.get(binOf(value)) ?? 0) + 1)
  const share = (bin: number): number => ((counts.get(bin) ?? 0) / Math.max(1, values.length)) * 100
  const bins = Array.from({ length: last - first + 1 }, (_, index) => first + index)
  return [...bins.map((bin): [number, number] => [edgeOf(bin), share(bin)]), [edgeOf(last + 1), share(last)]]
}

function binOf(ms: number): number {
  return Math.floor(Math.log10(Math.max(LEAST_MS, ms)) * BINS_A_DECADE)
}

function edgeOf(bin: number): number {
  return 10 ** (bin / BINS_A_DECADE)
}
