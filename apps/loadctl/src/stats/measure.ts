import { sentAt } from "../recorder/recording.ts"
import { listedFor, owedBy } from "@saleproof/sla/resolve.ts"
import type { SampleSeries } from "../recorder/recording.ts"
import type { RunPlan } from "../plan/plan.ts"
import type { EndpointSla, Sla } from "@saleproof/sla/resolve.ts"
import type { OtherMetric } from "@saleproof/sla/metrics.ts"
import { countsOver, intervalsOf } from "./interval.ts"
import type { Figures, Window } from "./model.ts"
import { quantile, sortInPlace, sortNumbers } from "@saleproof/sla/quantile.ts"
import type { Sorted } from "@saleproof/sla/quantile.ts"
import { concatColumns, countWhere, selectColumn } from "./values.ts"
import { holdOf, windowOf, within } from "./window.ts"

/** What of a plan decides which requests are measured, and when. */
export type MeasurePlan = Pick<RunPlan, "k6Scenarios" | "phases" | "judge" | "sla" | "expect">

export type Measured = { window: Window | null; hold: Window | null; overall: Figures; endpoints: Figures[] }

/**
 * Latencies, rates and failures of every endpoint, from the requests themselves; setup() is left out. Percentiles are
 * over what the plan judges, rates over the hold, or over everything when the scenario has none. An endpoint that the
 * SLA names and that was never called is there with n = 0. Users that were never answered count as requests, not as answers:
 * rates and windows go without them.
 *
 * @param plannedEnd until when the load was meant to go on: a window without answers at its end is no shorter
 */
export function measure(
  all: readonly SampleSeries[],
  plan: MeasurePlan,
  plannedEnd: number | null = null,
): Measured {
  const judgedSeries = all.filter(({ scenario }) => plan.k6Scenarios.includes(scenario))
  const series = judgedSeries.filter(({ metric }) => !metric)
  const answered = judgedSeries.filter(({ unanswered }) => !unanswered)
  const window = windowOf(answered, plannedEnd)
  const hold = holdOf(answered, plan.phases, plannedEnd)
  const selection = { judged: judgedBy(judgedSeries, plan, hold), rated: hold ?? window }
  const nameless = series.filter(({ unanswered, name }) => unanswered && name === "")
  const named = Map.groupBy(
    series.filter((one) => !nameless.includes(one)),
    ({ name }) => name,
  )
  const endpoints = endpointNames(plan.sla, named.keys()).map((name) => {
    const sla = owedBy(plan.sla, name)
    const own = sla.metric ? othersOf(judgedSeries, { name, metric: sla.metric }) : (named.get(name) ?? [])
    const counted = figures({ ...selection, name, series: own, sla })
    return sla.metric ? { ...counted, metric: sla.metric } : counted
  })
  const overall = figures({ ...selection, name: "overall", series, sla: plan.sla.overall })
  // Each endpoint has its own idea of a failure, so the sum of theirs is the whole.
  const strayed = nameless.reduce((sum, one) => sum + judgedMs(one, selection.judged).length, 0)
  const requests = endpoints.filter(({ name }) => !listedFor(plan.sla, name)?.metric)
  const failed = requests.reduce((sum, endpoint) => sum + endpoint.failed, strayed)
  return { window, hold, overall: { ...overall, failed }, endpoints }
}

/** What k6 timed besides requests for the endpoint of that name, as its `metric` says. */
export function othersOf(
  series: readonly SampleSeries[],
  wanted: { name: string; metric: OtherMetric },
): SampleSeries[] {
  return series.filter(({ name, metric }) => name === wanted.name && metric === wanted.metric)
}

/** The SLA's endpoints in its order, then whatever else was called. */
export function endpointNames(sla: Sla, seen: Iterable<string>): string[] {
  return [...new Set([...Object.keys(sla.endpoints), ...[...seen].toSorted()])]
}

/** Whether the request at this index of a series is judged. */
export type Judged = (one: SampleSeries, index: number) => boolean

const JUDGE_ALL: Judged = () => true

/**
 * A script that tags its phases knows best which request belongs to the hold; otherwise the clock decides, by when the
 * request was sent: one that is answered after the hold was asked in it.
 */
export function judgedBy(
  series: readonly SampleSeries[],
  { judge }: MeasurePlan,
  hold: Window | null,
): Judged {
  if (judge === "all") return JUDGE_ALL
  if (series.some(({ phase }) => phase !== "")) return ({ phase }) => phase === "hold"
  return (one, index) => hold !== null && within(sentAt(one, index), hold)
}

type Selection = {
  name: string
  series: readonly SampleSeries[]
  sla: EndpointSla
  judged: Judged
  rated: Window | null
}

function figures({ name, series, sla, judged, rated }: Selection): Figures {
  const parts: Float64Array[] = []
  const statuses: Record<string, number> = {}
  let [n, failed] = [0, 0]
  for (const one of series) {
    const mine = judgedMs(one, judged)
    parts.push(timedMs(one, mine))
    n += mine.length
    statuses[one.status] = (statuses[one.status] ?? 0) + mine.length
    if (!isSuccess(one, sla)) failed += mine.length
  }
  const values = concatColumns(parts)
  const sorted = values.length === 0 ? null : sortInPlace(values)
  return {
    name,
    n,
    ...(values.length < n ? { unsent: n - values.length } : {}),
    rate: rateIn(series, rated),
    ...latenciesOf(sorted),
    failed,
    statuses,
    interval: sorted && intervalsOf(sorted),
    ...(sorted ? { over: countsOver(sorted, sla.latency) } : {}),
  }
}

/** How long the judged requests of a series took, ms. */
export function judgedMs(one: SampleSeries, judged: Judged): Float64Array {
  if (judged === JUDGE_ALL) return one.ms
  return selectColumn(one.ms, (index) => judged(one, index))
}

/** Those of a series' durations that are latencies: k6 gives 0 ms to a request that found no connection. */
export function timedMs({ status }: Pick<SampleSeries, "status">, ms: Float64Array): Float64Array {
  const wasAnswered = status !== "0" && status !== ""
  return wasAnswered ? ms : selectColumn(ms, (index) => ms[index]! > 0)
}

/** Requests that ended within the window, per second. */
function rateIn(series: readonly SampleSeries[], window: Window | null): number | null {
  if (!window || window.to <= window.from) return null
  const count = series.reduce(
    (sum, { at, unanswered }) => sum + (unanswered ? 0 : countWhere(at, (end) => within(end, window))),
    0,
  )
  return count / ((window.to - window.from) / 1_000)
}

export function latencies(values: ArrayLike<number>) {
  return latenciesOf(sortNumbers(values))
}

function latenciesOf(sorted: Sorted | null) {
  if (!sorted) return { avg: null, p50: null, p90: null, p95: null, p99: null, "p99.9": null, max: null }
  return {
    avg: sorted.reduce((sum, value) => sum + value, 0) / sorted.length,
    p50: quantile(sorted, 0.5),
    p90: quantile(sorted, 0.9),
    p95: quantile(sorted, 0.95),
    p99: quantile(sorted, 0.99),
    "p99.9": quantile(sorted, 0.999),
    max: quantile(sorted, 1),
  }
}

/**
 * The statuses that the SLA lists win; then k6's own opinion counts, and where it has none, the status. What was never
 * answered failed, also where a script tells k6 to expect that.
 */
export function isSuccess(
  { status, expected, expectedTag }: Pick<SampleSeries, "status" | "expected" | "expectedTag">,
  sla: EndpointSla,
): boolean {
  if (sla.metric) return expected
  if (sla.status) return sla.status.includes(Number(status))
  if (status === "0") return false
  if (expectedTag === false && status !== "") return Number(status) >= 200 && Number(status) < 400
  return expected
}
