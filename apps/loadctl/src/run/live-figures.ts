import type { SampleSeries } from "../recorder/recording.ts"
import { owedBy } from "@saleproof/sla/resolve.ts"
import { OVERALL } from "../stats/slices.ts"
import { isSuccess, latencies, timedMs } from "../stats/measure.ts"
import { concatColumns } from "../stats/values.ts"
import type { RunPlan } from "../plan/plan.ts"

/** One row of what happened in the last seconds. */
export type LiveRow = { name: string; n: number; p95: number | null; failed: number; limit: number | null }

/** The last seconds of a load, `overall` first; `perSecond` is the rate of requests in them. */
export type LiveFigures = { perSecond: number; overall: LiveRow; endpoints: LiveRow[] }

/** Figures of the requests that ended in `seconds`; an endpoint of the SLA that was not called is there with n = 0. */
export function liveFigures(
  series: readonly SampleSeries[],
  { sla, k6Scenarios }: Pick<RunPlan, "sla" | "k6Scenarios">,
  seconds: number,
): LiveFigures {
  const mine = series.filter(({ scenario }) => k6Scenarios.includes(scenario))
  const named = Map.groupBy(mine, ({ name }) => name)
  const names = [...new Set([...Object.keys(sla.endpoints), ...named.keys()])]
  const endpoints = names.map((name): LiveRow => {
    const owed = owedBy(sla, name)
    const own = named.get(name) ?? []
    const failed = own.reduce((sum, one) => sum + (isSuccess(one, owed) ? 0 : one.ms.length), 0)
    return { name, ...spread(own), failed, limit: owed.latency.p95?.limit ?? null }
  })
  const failed = endpoints.reduce((sum, row) => sum + row.failed, 0)
  const all = spread(mine)
  return {
    perSecond: all.n / seconds,
    overall: { name: OVERALL, ...all, failed, limit: sla.overall.latency.p95?.limit ?? null },
    endpoints,
  }
}

function spread(series: readonly SampleSeries[]): Pick<LiveRow, "n" | "p95"> {
  const n = series.reduce((sum, { ms }) => sum + ms.length, 0)
  return { n, p95: latencies(concatColumns(series.map((one) => timedMs(one, one.ms)))).p95 }
}
