import type { SampleSeries } from "../recorder/recording.ts"
import { owedBy } from "@saleproof/sla/resolve.ts"
import { endpointNames, isSuccess, othersOf } from "./measure.ts"
import type { MeasurePlan } from "./measure.ts"
import type { Window } from "./model.ts"
import { sortNumbers } from "@saleproof/sla/quantile.ts"
import type { Sorted } from "@saleproof/sla/quantile.ts"
import { within } from "./window.ts"

/** What ended within one stretch of time: durations in ms (null for none), and how many of them failed. */
export type Slice = { ms: Sorted | null; failed: number; seconds: number }

export type SlicedEndpoint = { name: string; slices: Slice[] }

export const OVERALL = "overall"

/**
 * Cuts a window of a run into stretches of equal length, for each endpoint and for all together (the last one, named
 * "overall"): blocks to compare by, or the points of a chart. A request belongs to the stretch in which it ended.
 * Setup is left out; all together are the HTTP requests.
 */
export function sliceSamples(
  samples: readonly SampleSeries[],
  plan: MeasurePlan,
  { window, count }: { window: Window; count: number },
): SlicedEndpoint[] {
  const judged = samples.filter(({ scenario }) => plan.k6Scenarios.includes(scenario))
  const requests = judged.filter(({ metric }) => !metric)
  const named = Map.groupBy(requests, ({ name }) => name)
  const overall = emptyBuckets(count)
  const endpoints = endpointNames(plan.sla, named.keys()).map((name) => {
    const buckets = emptyBuckets(count)
    const sla = owedBy(plan.sla, name)
    const own = sla.metric ? othersOf(judged, { name, metric: sla.metric }) : (named.get(name) ?? [])
    const into = sla.metric ? [buckets] : [buckets, overall]
    for (const series of own) fill(into, { series, success: isSuccess(series, sla), window })
    return { name, buckets }
  })
  const seconds = (window.to - window.from) / 1_000 / count
  return [...endpoints, { name: OVERALL, buckets: overall }].map(({ name, buckets }) => ({
    name,
    slices: buckets.map(({ ms, failed }) => ({ ms: sortNumbers(ms), failed, seconds })),
  }))
}

type Bucket = { ms: number[]; failed: number }

function emptyBuckets(count: number): Bucket[] {
  return Array.from({ length: count }, () => ({ ms: [], failed: 0 }))
}

type BucketInput = { series: SampleSeries; success: boolean; window: Window }

function fill(into: readonly Bucket[][], { series, success, window }: BucketInput): void {
  const count = into[0]!.length
  const length = (window.to - window.from) / count
  for (const [index, at] of series.at.entries()) {
    if (!within(at, window)) continue
    const slice = Math.min(count - 1, Math.floor((at - window.from) / length))
    for (const buckets of into) {
      buckets[slice]!.ms.push(series.ms[index]!)
      if (!success) buckets[slice]!.failed += 1
    }
  }
}
