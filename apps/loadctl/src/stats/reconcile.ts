import type { SampleSeries } from "../recorder/recording.ts"
import { k6Figures } from "../k6/endpoint-metrics.ts"
import type { K6Figures } from "../k6/endpoint-metrics.ts"
import type { K6Summary } from "../k6/summary.ts"
import { askedStatuses } from "../k6/thresholds.ts"
import { endpointNames, latencies } from "./measure.ts"
import type { MeasurePlan } from "./measure.ts"
import type { Figures, Reconciled } from "./model.ts"
import { concatColumns } from "./values.ts"

/**
 * Both witnesses side by side: the whole run with setup, then each endpoint that k6 keeps figures of, by the very
 * selection of requests that k6 has.
 */
export function reconcile(
  series: readonly SampleSeries[],
  summary: K6Summary,
  { k6Scenarios, sla }: MeasurePlan,
): Reconciled[] {
  const judged = series.filter(({ scenario }) => k6Scenarios.includes(scenario))
  const named = Map.groupBy(judged, ({ name }) => name)
  const endpoints = endpointNames(sla, named.keys()).flatMap((name) => {
    const found = findSelection(summary, { name }, k6Scenarios)
    const mine = (named.get(name) ?? []).filter(
      ({ phase }) => !found?.tags["phase"] || phase === found.tags["phase"],
    )
    return found ? [row(name, mine, found.figures)] : []
  })
  const all = k6Figures(summary, {})
  return [...(all ? [row("all requests", series, all)] : []), ...endpoints]
}

/** The table from k6's summary alone, for a run without InfluxDB. It knows no phases: rates are over all of it. */
export function measureSummary(summary: K6Summary, plan: MeasurePlan) {
  const { k6Scenarios, sla } = plan
  const seconds = (summary.durationMs ?? 0) / 1_000
  const find = (tags: Record<string, string>) => findSelection(summary, tags, k6Scenarios)?.figures ?? null
  const overall = toFigures({ name: "overall", k6: find({}), seconds })
  const endpoints = Object.entries(sla.endpoints).map(([name, { status }]) => {
    const figures = toFigures({ name, k6: find({ name }), seconds })
    const counts = askedStatuses(name, plan).flatMap((code) => {
      const count = find({ name, status: String(code) })?.n
      return count === undefined ? [] : [[String(code), count] as const]
    })
    return ownFailures({ ...figures, statuses: Object.fromEntries(counts) }, status)
  })
  const ownIdeas = Object.values(sla.endpoints).some(({ status }) => status !== null)
  const failed = endpoints.reduce((sum, endpoint) => sum + endpoint.failed, 0)
  return { overall: ownIdeas ? { ...overall, failed } : overall, endpoints }
}

/** Where k6 kept a count of every successful status, the rest failed; else its own idea of a failure has to do. */
function ownFailures(figures: Figures, status: number[] | null): Figures {
  if (!status?.every((code) => String(code) in figures.statuses)) return figures
  const succeeded = status.reduce((sum, code) => sum + (figures.statuses[String(code)] ?? 0), 0)
  return { ...figures, failed: figures.n - succeeded }
}

/** What k6 knows of these tags, the narrowest selection first: the judged phase of the scenario, all of it, anything. */
function findSelection(summary: K6Summary, tags: Record<string, string>, k6Scenarios: readonly string[]) {
  const [scenario] = k6Scenarios.length === 1 ? k6Scenarios : []
  const narrower =
    scenario === undefined
      ? []
      : [
          { scenario, phase: "hold", ...tags },
          { scenario, ...tags },
        ]
  for (const candidate of [...narrower, tags]) {
    const figures = k6Figures(summary, candidate)
    if (figures) return { tags: candidate as Record<string, string>, figures }
  }
  return null
}

function row(name: string, series: readonly SampleSeries[], k6: K6Figures): Reconciled {
  const values = concatColumns(series.map(({ ms }) => ms))
  return { name, influxN: values.length, k6N: k6.n, influxP95: latencies(values).p95, k6P95: k6.p95 }
}

function toFigures({ name, k6, seconds }: { name: string; k6: K6Figures | null; seconds: number }): Figures {
  const { n = 0, p50 = null, p95 = null, p99 = null, max = null, failed = 0 } = k6 ?? {}
  const rate = seconds > 0 ? n / seconds : null
  return { name, n, rate, p50, p95, p99, max, failed: failed ?? 0, statuses: {} }
}
