import { OTHER_METRICS } from "@saleproof/sla/metrics.ts"
import { readScenarios } from "../k6/scenarios.ts"
import type { RunPlan } from "../plan/plan.ts"
import { lastIterationEnds } from "../recorder/iteration-ends.ts"
import type { RecordedTotals, SampleSeries } from "../recorder/recording.ts"
import { accountIterations, unansweredRequests } from "../stats/iterations.ts"
import type { IterationsAccount, UnansweredOptions } from "../stats/iterations.ts"
import { CLOCK_MS, placesOf } from "../stats/places.ts"
import type { Places } from "../stats/places.ts"
import { windowOf } from "../stats/window.ts"
import type { Load } from "./load.ts"

export type IterationsInput = {
  plan: Pick<RunPlan, "k6Scenarios">
  file: string
  samples: readonly SampleSeries[]
  totals: RecordedTotals
  load: Pick<Load, "run" | "longestThoughtMs" | "usesHttp" | "minIterationMs">
  /** What k6 printed. */
  output: string
}

export type Iterations = {
  account: IterationsAccount
  /** The users that were never answered, as requests. */
  unanswered: SampleSeries[]
  /** The same, where it is not known that they are of a judged scenario. */
  strayed: number
  /** When the last judged scenario stopped starting iterations, ms since 1970; null where it did not come to that. */
  plannedEnd: number | null
}

/** Accounts for the iterations of a run that k6 made here. */
export async function readIterations(input: IterationsInput): Promise<Iterations> {
  const { plan, file, samples, totals } = input
  const { run, longestThoughtMs, minIterationMs } = input.load
  const planned = plannedLoad(input)
  const { scenarios, cutAt } = planned
  const cutOff = cutOffIn(input)
  const ends = await lastIterationEnds(file, cutOff)
  const longestMs = totals.iterationDurations.reduce((most, one) => Math.max(most, one.longestMs), 0)
  const { account, waitsMs } = accountIterations({
    iterations: totals.iterations,
    threw: run.log.threw,
    cutOff,
    dropped: totals.dropped,
    cameToItsEnd: planned.cameToItsEnd && mayWaitForHttp(input),
    scenarios,
    longestMs,
    minIterationMs,
    cutAt,
    lastEnds: ends.last,
    quietSince: windowOf(samples)?.to ?? planned.startedAt,
    longestThoughtMs,
  })
  const judged = scenarios.filter(({ name }) => plan.k6Scenarios.includes(name))
  const places = placesOf(scenarios, { judged, cutOff, longestMs, lastEnds: ends.byScenario })
  return {
    account,
    ...unansweredAt(places, { waitsMs, samples, cutAt, finished: account.finished }),
    plannedEnd: planned.cameToItsEnd ? plannedEndOf(judged) : null,
  }
}

/** k6 also counts as cut off who had come to its end, and was in the pause of minIterationDuration. */
function cutOffIn({ load, totals }: Pick<IterationsInput, "load" | "totals">): number {
  const { last, exitCode } = load.run
  if (last === null) return 0
  const paused = load.minIterationMs > 0 && exitCode !== null ? totals.iterations - last.iterations : 0
  return Math.max(0, last.interrupted - Math.max(0, paused))
}

type Waiting = Pick<UnansweredOptions, "samples" | "finished"> & {
  waitsMs: readonly number[]
  cutAt: number | null
}

/** The judged ones of the users that were never answered, as requests, or how many of whom nobody knows. */
function unansweredAt(
  places: Places | null,
  { waitsMs, cutAt, ...options }: Waiting,
): Pick<Iterations, "unanswered" | "strayed"> {
  if (places === null || cutAt === null) return { unanswered: [], strayed: waitsMs.length }
  const own = waitsMs.slice(0, places.users)
  return { unanswered: unansweredRequests(own, { cutAt, scenarios: places.judged, ...options }), strayed: 0 }
}

/** A user that was cut off and made no request waits for one only if the script makes any, and does nothing else. */
function mayWaitForHttp({ totals, load }: Pick<IterationsInput, "totals" | "load">): boolean {
  return totals.requests > 0 || (load.usesHttp && OTHER_METRICS.every((metric) => !totals.points[metric]))
}

/** What k6 meant to do, when, and whether it came to its end by itself. */
function plannedLoad({ output, load: { run } }: Pick<IterationsInput, "output" | "load">) {
  const scenarios = readScenarios(output).map((scenario) => {
    const start = run.scenarioStarts.get(scenario.name)
    return { ...scenario, end: start === undefined ? null : start + scenario.durationMs }
  })
  const ended = (run.exitCode === 0 || run.exitCode === 99) && !run.overdue
  const starts = [...run.scenarioStarts.values()]
  const cuts = scenarios.flatMap(({ end, graceMs }) => (end === null ? [] : [end + graceMs]))
  return {
    scenarios,
    startedAt: starts.length === 0 ? null : Math.min(...starts),
    cutAt: cuts.length === 0 ? null : Math.max(...cuts),
    cameToItsEnd:
      ended &&
      scenarios.every(
        ({ kind, end }) => kind === "iterations" || (end !== null && run.endedAt + CLOCK_MS >= end),
      ),
  }
}

/** Scenarios of a number of iterations are over when these are done, however long they might have taken. */
function plannedEndOf(judged: readonly { kind: string; end: number | null }[]): number | null {
  const ends = judged.flatMap(({ kind, end }) => (kind === "iterations" || end === null ? [] : [end]))
  return ends.length === 0 ? null : Math.max(...ends)
}
