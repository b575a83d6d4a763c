import assert from "node:assert/strict"

import { OTHER_METRICS } from "@saleproof/sla/metrics.ts"
import type { RecordedTotals, SampleSeries } from "../recorder/recording.ts"
import { k6Figures } from "../k6/endpoint-metrics.ts"
import type { K6Figures } from "../k6/endpoint-metrics.ts"
import type { K6Summary } from "../k6/summary.ts"
import { endpointNames, latencies } from "./measure.ts"
import type { MeasurePlan } from "./measure.ts"
import type { Reconciled } from "./model.ts"
import { concatColumns } from "./values.ts"

/** Sentences about figures that should be the same and are not. */
export type Comparison = { rows: Reconciled[]; problems: string[] }

export const ALL_REQUESTS = "all requests"
// Both interpolate between the same samples; more than the rounding of a double is another set of samples.
const SAME_P95 = 1e-6
// A k6 that keeps histograms instead of samples rounds each to a bucket.
const SAME_P95_IN_BUCKETS = 0.05

export type Recorded = { samples: readonly SampleSeries[]; totals: RecordedTotals }

/**
 * The recording beside k6's own summary: the whole run with setup, then each endpoint that k6 keeps figures of, by the
 * very selection of requests that k6 has; requests, failures, checks, iterations and p95 have to agree.
 */
export function reconcile(
  recorded: Recorded,
  summary: K6Summary,
  { plan, histograms }: { plan: MeasurePlan; histograms: boolean },
): Comparison {
  const all = k6Figures(summary, {})
  const rows = [
    ...(all ? [rowOf(ALL_REQUESTS, recorded.samples, all)] : []),
    ...endpointRows(recorded.samples, summary, plan),
  ]
  const tolerance = histograms ? SAME_P95_IN_BUCKETS : SAME_P95
  return {
    rows,
    problems: [
      ...(all ? [] : missingRequests(recorded.totals)),
      ...rows.flatMap((row) => rowProblems(row, tolerance)),
      ...totalProblems(recorded.totals, summary, all),
      ...addedProblems(recorded.totals),
    ],
  }
}

/** k6 leaves a metric without samples out of its summary. */
function missingRequests({ requests }: RecordedTotals): string[] {
  return requests === 0 ? [] : [`${countOf(requests, "request")} were recorded, k6's summary has none.`]
}

function endpointRows(
  samples: readonly SampleSeries[],
  summary: K6Summary,
  { k6Scenarios, sla }: MeasurePlan,
): Reconciled[] {
  const judged = samples.filter(({ scenario }) => k6Scenarios.includes(scenario))
  const named = Map.groupBy(judged, ({ name }) => name)
  return endpointNames(sla, named.keys()).flatMap((name) => {
    const found = findSelection(summary, name, k6Scenarios)
    if (!found) return []
    const { scenario, phase } = found.tags
    const own = samples.filter(
      (one) =>
        one.name === name &&
        (scenario === undefined || one.scenario === scenario) &&
        (phase === undefined || one.phase === phase),
    )
    return [rowOf(name, own, found.figures)]
  })
}

type Tags = { name: string; scenario?: string; phase?: string }

/** What k6 knows of an endpoint, the narrowest first: the judged phase of the scenario, all of it, anything. */
function findSelection(summary: K6Summary, name: string, k6Scenarios: readonly string[]) {
  const [scenario] = k6Scenarios.length === 1 ? k6Scenarios : []
  const candidates: Tags[] = [
    ...(scenario === undefined
      ? []
      : [
          { scenario, phase: "hold", name },
          { scenario, name },
        ]),
    { name },
  ]
  for (const tags of candidates) {
    const figures = k6Figures(summary, tags)
    if (figures) return { tags, figures }
  }
  return null
}

function rowOf(name: string, samples: readonly SampleSeries[], k6: K6Figures): Reconciled {
  const values = concatColumns(samples.map(({ ms }) => ms))
  return {
    name,
    recordedN: values.length,
    recordedP95: latencies(values).p95,
    influxN: null,
    influxP95: null,
    k6N: k6.n,
    k6P95: k6.p95,
  }
}

function rowProblems({ name, recordedN, recordedP95, k6N, k6P95 }: Reconciled, tolerance: number): string[] {
  assert(recordedN !== undefined, "rows of a recording have the recorded requests")
  if (recordedN !== k6N)
    return [`${name}: ${countOf(recordedN, "request")} were recorded, k6 counted ${numberText(k6N)}.`]
  if (recordedP95 == null || k6P95 === null) return []
  if (Math.abs(recordedP95 - k6P95) <= tolerance * Math.max(recordedP95, k6P95)) return []
  return [`${name}: p95 was recorded as ${recordedP95.toFixed(3)} ms, k6 says ${k6P95.toFixed(3)} ms.`]
}

/** Counts of the whole run; each that k6's summary has. */
function totalProblems(
  totals: RecordedTotals,
  { metrics, checks }: K6Summary,
  all: K6Figures | null,
): string[] {
  const count = (metric: string): number => metrics[metric]?.values["count"] ?? 0
  const checked = metrics["checks"]?.values
  const passes = totals.checks.reduce((sum, check) => sum + check.passes, 0)
  const fails = totals.checks.reduce((sum, check) => sum + check.fails, 0)
  const k6Passes = checked?.["matches"] ?? checks.reduce((sum, check) => sum + check.passes, 0)
  const k6Checks = checked?.["total"] ?? checks.reduce((sum, check) => sum + check.passes + check.fails, 0)
  const pairs: [string, number, number][] = [
    ["failed requests", totals.failed.matches, all?.failed ?? 0],
    ["iterations", totals.iterations, count("iterations")],
    ["dropped iterations", totals.dropped, count("dropped_iterations")],
    ["checks that held", passes, k6Passes],
    ["checks that failed", fails, k6Checks - k6Passes],
  ]
  const others = OTHER_METRICS.map((metric): [string, number, number] => [
    `samples of ${metric}`,
    totals.points[metric] ?? 0,
    count(metric),
  ])
  return [...pairs, ...others].flatMap(([what, recorded, k6]) =>
    recorded === k6 ? [] : [`${numberText(recorded)} ${what} were recorded, k6 counted ${numberText(k6)}.`],
  )
}

// k6 writes one sample of each for a request, or for an iteration; scripts add to the first ones by their names.
const OF_ONE = [
  ["http_reqs", "http_req_waiting"],
  ["http_req_duration", "http_req_waiting"],
  ["iterations", "iteration_duration"],
] as const

/** A script may make a metric of a name that k6 has, and its samples would count as requests. */
function addedProblems({ points }: RecordedTotals): string[] {
  return OF_ONE.flatMap(([metric, other]) => {
    const [found, real] = [points[metric] ?? 0, points[other]]
    if (real === undefined || found === real) return []
    return [
      `The script adds to k6's own metric ${metric}: it has ${numberText(found)} samples, and ${other} has ${numberText(real)}.`,
    ]
  })
}

function countOf(count: number, noun: string): string {
  return `${numberText(count)} ${noun}${count === 1 ? "" : "s"}`
}

function numberText(count: number | null): string {
  return count === null ? "none" : count.toLocaleString("en-US")
}
