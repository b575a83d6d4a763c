import { mapOwed } from "@saleproof/sla/resolve.ts"
import { sentAt } from "../recorder/recording.ts"
import type { SampleSeries } from "../recorder/recording.ts"
import { composeReport } from "../report/model.ts"
import type { RunParts, RunReport } from "../report/model.ts"
import { judge } from "../sla/judge.ts"
import { countText, decimalText, exactText } from "../sla/text.ts"
import type { Measurement } from "../stats/model.ts"
import { inFlightOf, isFallingBehind } from "../stats/steady.ts"
import type { InFlight } from "../stats/steady.ts"
import type { Phases } from "../plan/plan.ts"
import type { Broken, CapacityStep, LoadUnit } from "./model.ts"

/** What one run says about its load, apart from which load it was. */
export type Assessment = Omit<CapacityStep, "load" | "why" | "runId">

/** What a saved run says about its load; one that broke off says nothing. */
export function assessRun(parts: RunParts, samples: readonly SampleSeries[] | null): Assessment {
  const report = composeReport(parts)
  const { measurement, verdict, plan } = parts
  const broke = { outcome: "untrusted" as const, reasons: report.reasons, broken: [], ...figuresOf(report) }
  if (!measurement) return { ...broke, iterationRate: null, dropped: 0, inFlight: null, machine: null }
  const held = verdict ? holdsLoad(parts, measurement) : null
  const inFlight = samples === null ? null : stretchesOf(samples, parts, measurement)
  return {
    ...broke,
    ...(held && { ...completed(held, inFlight, measurement), broken: brokenLimits(report) }),
    iterationRate: iterationRate(measurement, plan.phases),
    dropped: measurement.k6.droppedIterations,
    inFlight,
    machine: measurement.machine,
  }
}

type Holding = { outcome: "pass" | "fail"; reasons: string[] }

/** A load of which ever more is still in progress at the end was offered, not completed, however fast its answers were. */
function completed(held: Holding, inFlight: InFlight | null, { overall }: Measurement): Holding {
  if (inFlight === null || !isFallingBehind(inFlight, overall.n)) return held
  const [first, last] = [inFlight[0]!, inFlight.at(-1)!].map((mean) => mean.toFixed(1))
  const reason = `Requests in flight rose from ${first} to ${last} over the hold: more came than were completed.`
  return { outcome: "fail", reasons: [reason, ...held.reasons] }
}

function stretchesOf(
  samples: readonly SampleSeries[],
  { plan }: RunParts,
  { hold, window }: Measurement,
): InFlight | null {
  const over = hold ?? window
  const judged = samples.filter(({ scenario }) => plan.k6Scenarios.includes(scenario))
  if (over === null || judged.length === 0) return null
  const from = judged.flatMap((one) => Array.from(one.at, (_, index) => sentAt(one, index)))
  return inFlightOf({ from, to: judged.flatMap(({ at }) => Array.from(at)) }, over)
}

/**
 * Arrivals that k6 had to drop because every user was still waiting are the target's doing, unless the generator was
 * short of CPU: a run that is invalid for any other reason says nothing about the load. Null is such a run.
 */
function holdsLoad({ plan, audit, verdict }: RunParts, measurement: Measurement): Holding | null {
  // The load is what a search changes: a minimum rate would break at every low one.
  const withoutRates = mapOwed(plan.sla, ({ rate: _rate, ...owed }) => owed)
  const sla = { ...withoutRates, droppedIterations: Number.POSITIVE_INFINITY }
  const metrics = verdict?.metrics
  const judged = judge({ plan: { ...plan, sla }, measurement, audit: audit ?? null, metrics, stopped: null })
  if (judged.verdict === "INVALID") return null
  const { droppedIterations } = measurement.k6
  const reasons =
    droppedIterations > plan.sla.droppedIterations
      ? [
          `k6 dropped ${countText(droppedIterations, "arrival")}: every user was still waiting.`,
          ...judged.reasons,
        ]
      : judged.reasons
  return { outcome: reasons.length > 0 ? "fail" : "pass", reasons }
}

function figuresOf({ overall, requests, failed }: RunReport) {
  const { p50, p95, p99, rate } = overall
  return { p50, p95, p99, requestRate: rate, requests, failed }
}

function iterationRate({ k6, window }: Measurement, phases: Phases | null): number | null {
  if (!window) return null
  const measured = window.to - window.from
  // The last arrivals are still being served when the plan is over.
  const planned = phases ? phases.warmupMs + phases.holdMs + phases.cooldownMs : measured
  return k6.iterations / (Math.min(planned, measured) / 1_000)
}

/** Limits that were not kept, the gravest first: by how many times the limit, failures before latencies. */
function brokenLimits({ endpoints }: RunReport): Broken[] {
  const found = endpoints.flatMap(({ name, rules }) =>
    rules.flatMap(({ metric, limit, level, outcome, actual }) =>
      outcome === "fail" && level === "fail" && metric !== "minSamples" && metric !== "rate"
        ? [{ endpoint: name, metric, actual, limit }]
        : [],
    ),
  )
  return found.toSorted((a, b) => severity(b) - severity(a))
}

function severity({ metric, actual, limit }: Broken): number {
  // Failures weigh more than any latency; their share orders the endpoints.
  return metric === "errorRate" ? 1e6 * (1 + actual) : actual / limit
}

// Arrivals are random, and a short run has its edges.
const FOLLOWS = { least: 0.75, most: 1.5 }

/** Why the scenario does not do what it was asked to, as a sentence; null when it does. */
export function disobedience(step: CapacityStep, unit: LoadUnit, vusMax: number | null): string | null {
  if (step.outcome !== "pass") return null
  if (unit === "VUs") {
    if (vusMax === null || vusMax === step.load) return null
    return `k6 was asked for ${step.load} VUs and had ${vusMax}: the script does not read VUS.`
  }
  const { iterationRate, load } = step
  if (iterationRate === null) return null
  const share = iterationRate / load
  if (share >= FOLLOWS.least && share <= FOLLOWS.most) return null
  return (
    `k6 was asked for ${exactText(load)} iterations per second and made ${decimalText(iterationRate, 1)}: ` +
    "the script does not read RATE, or is no open model."
  )
}
