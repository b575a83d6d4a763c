import { readScenarios } from "../k6/scenarios.ts"
import type { K6Run } from "../k6/run.ts"
import type { RunPlan } from "../plan/plan.ts"
import { lastIterationEnds } from "../recorder/iteration-ends.ts"
import type { RecordedTotals, SampleSeries } from "../recorder/recording.ts"
import { accountIterations, unansweredRequests } from "../stats/iterations.ts"
import type { IterationsAccount } from "../stats/iterations.ts"

export type IterationsInput = {
  plan: Pick<RunPlan, "k6Scenarios">
  file: string
  samples: readonly SampleSeries[]
  totals: RecordedTotals
  run: K6Run
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

// k6 prints once per second, and ends its scenarios a moment after their time.
const CLOCK_MS = 1_500

/** Accounts for the iterations of a run that k6 made here. */
export async function readIterations(input: IterationsInput): Promise<Iterations> {
  const { plan, file, samples, totals, run } = input
  const load = plannedLoad(input)
  const { scenarios, cutAt } = load
  const cutOff = run.last?.interrupted ?? 0
  const { account, waitsMs } = accountIterations({
    iterations: totals.iterations,
    threw: run.log.threw,
    cutOff,
    dropped: totals.dropped,
    cameToItsEnd: load.cameToItsEnd && totals.requests > 0,
    scenarios,
    longestMs: totals.iterationDurations.reduce((most, { longestMs }) => Math.max(most, longestMs), 0),
    cutAt,
    lastEnds: await lastIterationEnds(file, cutOff),
  })
  const judged = scenarios.filter(({ name }) => plan.k6Scenarios.includes(name))
  const [scenario] = judged
  const known = judged.length === scenarios.length && cutAt !== null && scenario !== undefined
  return {
    account,
    unanswered: known
      ? unansweredRequests(waitsMs, { samples, cutAt, scenario: scenario.name, finished: account.finished })
      : [],
    strayed: known ? 0 : waitsMs.length,
    plannedEnd: load.cameToItsEnd ? plannedEndOf(judged) : null,
  }
}

/** What k6 meant to do, when, and whether it came to its end by itself. */
function plannedLoad({ output, run }: Pick<IterationsInput, "output" | "run">) {
  const scenarios = readScenarios(output).map((scenario) => {
    const start = run.scenarioStarts.get(scenario.name)
    return { ...scenario, end: start === undefined ? null : start + scenario.durationMs }
  })
  const ended = (run.exitCode === 0 || run.exitCode === 99) && !run.overdue
  const cuts = scenarios.flatMap(({ end, graceMs }) => (end === null ? [] : [end + graceMs]))
  return {
    scenarios,
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
