import type { EndpointSla, Sla } from "@saleproof/sla/resolve.ts"
import { owedBy } from "@saleproof/sla/resolve.ts"
import type { SampleSeries } from "../recorder/recording.ts"
import { isSuccess } from "./measure.ts"
import type { Seconds } from "./model.ts"
import { OVERALL } from "./slices.ts"

// A second may have as many slow requests as a p95 lets the whole run have.
const MAY_BE_SLOW = 0.05

/** The seconds of each endpoint, and of all HTTP requests together ("overall"), by when its requests ended. */
export function secondsOf(
  samples: readonly SampleSeries[],
  { sla, k6Scenarios }: { sla: Sla; k6Scenarios: readonly string[] },
): Record<string, Seconds> {
  const judged = samples.filter(({ scenario }) => k6Scenarios.includes(scenario))
  const counts = new Map<string, Map<number, { n: number; spoilt: number }>>()
  for (const series of judged) {
    const own = owedBy(sla, series.name)
    const success = isSuccess(series, own)
    if (series.metric === own.metric) count(counts, { name: series.name, series, owed: own, success })
    if (!series.metric) count(counts, { name: OVERALL, series, owed: sla.overall, success })
  }
  return Object.fromEntries(
    [...counts].map(([name, seconds]) => {
      const isBad = ({ n, spoilt }: { n: number; spoilt: number }): boolean => spoilt > MAY_BE_SLOW * n
      const all = [...seconds].toSorted(([a], [b]) => a - b)
      const pick = (bad: boolean) =>
        all.filter(([, counted]) => isBad(counted) === bad).map(([second]) => second)
      return [name, { good: pick(false), bad: pick(true) }]
    }),
  )
}

type Counting = { name: string; series: SampleSeries; owed: EndpointSla; success: boolean }

function count(
  counts: Map<string, Map<number, { n: number; spoilt: number }>>,
  { name, series, owed, success }: Counting,
): void {
  const seconds = counts.get(name) ?? new Map<number, { n: number; spoilt: number }>()
  counts.set(name, seconds)
  const limit = slowestAllowed(owed)
  for (const [index, at] of series.at.entries()) {
    const second = Math.floor(at / 1_000)
    const counted = seconds.get(second) ?? { n: 0, spoilt: 0 }
    counted.n += 1
    if (!success || series.ms[index]! > limit) counted.spoilt += 1
    seconds.set(second, counted)
  }
}

function slowestAllowed({ latency }: EndpointSla): number {
  const { avg, p50, p90, p95, p99, "p99.9": p999, max } = latency
  return (p95 ?? p90 ?? p99 ?? p999 ?? p50 ?? avg ?? max)?.limit ?? Number.POSITIVE_INFINITY
}
