import { incompatibilities, remarkableDifferences } from "./comparable.ts"
import type { Condition } from "./comparable.ts"
import { CONFIDENCE } from "./difference.ts"
import { familySize, isOneSided, judgeSides, overallVerdict, spreadOf } from "./judge-sides.ts"
import type { Sides } from "./judge-sides.ts"
import { COMPARISON_SCHEMA } from "./model.ts"
import type { Comparison, EndpointComparison, Limits, Side, Verdict } from "./model.ts"
import { notesOn } from "./notes.ts"
import { planRuns, planningText } from "./planning.ts"
import type { ComparedRun } from "./runs.ts"
import { ALPHA, GROUPS, ROUNDS, SEED } from "./tests.ts"
import type { SidesTest } from "./tests.ts"

// Below a tenth of a millisecond it is the clock of the generator that is compared.
export const DEFAULT_LIMITS: Limits = { share: 0.1, ms: 0.1, failedShare: 0.001 }

export type CompareOptions = {
  limits: Limits
  /** Conditions that may be broken. */
  allow: readonly Condition[]
}

/** How rounds are judged: at which alpha, and why nothing may be called yet (null when it may). */
export type RoundOptions = CompareOptions & { alpha: number; undecided: string | null }

// A side of which more runs than this say nothing may have been chosen by what made them fail.
const MOST_VOID = 0.2

type Runs = Sides<readonly ComparedRun[]>

/**
 * Compares two groups of runs. Pure: the same runs give the same comparison. Runs are the unit: with fewer than four a
 * side they are described and nothing is called.
 */
export function compareRuns(runs: Runs, options: CompareOptions): Comparison {
  const counted = { base: runs.base.filter(counts), candidate: runs.candidate.filter(counts) }
  const fewest = Math.min(counted.base.length, counted.candidate.length)
  const undecided = fewest < GROUPS.least ? `fewer than ${GROUPS.least} runs a side` : null
  const share = voidShare([...runs.base, ...runs.candidate], (run) => !counts(run))
  return composed(runs, { counted, test: GROUPS, share, options: { ...options, alpha: ALPHA, undecided } })
}

/**
 * Compares two sides that took turns: run `n` of the candidate is of the same round as run `n` of the base. A round in
 * which either is void is void for both.
 */
export function compareRounds(runs: Runs, options: RoundOptions): Comparison {
  const valid = runs.base.map((run, round) => counts(run) && counts(runs.candidate[round]!))
  const counted = {
    base: runs.base.filter((_, round) => valid[round]),
    candidate: runs.candidate.filter((_, round) => valid[round]),
  }
  const rounds = counted.base.length
  const undecided = rounds < ROUNDS.least ? `fewer than ${ROUNDS.least} rounds` : options.undecided
  const share = voidShare(valid, (one) => !one)
  return composed(runs, { counted, test: ROUNDS, share, options: { ...options, undecided } })
}

function counts({ standing }: ComparedRun): boolean {
  return standing.counts
}

function voidShare<T>(all: readonly T[], isVoid: (one: T) => boolean): number {
  return all.length === 0 ? 0 : all.filter(isVoid).length / all.length
}

type Composing = { counted: Runs; test: SidesTest; share: number; options: RoundOptions }

function composed(runs: Runs, { counted, test, share, options }: Composing): Comparison {
  const frame = {
    schema: COMPARISON_SCHEMA,
    scenario: runs.base[0]?.plan.scenario ?? runs.candidate[0]?.plan.scenario ?? "",
    base: sideOf(runs.base),
    candidate: sideOf(runs.candidate),
    differing: remarkableDifferences(runs.base, runs.candidate),
  } as const
  const broken = incompatibilities(runs, counted, options.allow)
  if (broken.length > 0) {
    const nothing = { notes: [], method: null, planning: null, endpoints: [] }
    return { ...frame, verdict: "not-comparable", reasons: broken, ...nothing }
  }
  const figures = { base: counted.base.map(figuresOf), candidate: counted.candidate.map(figuresOf) }
  const { limits, alpha } = options
  const tooVoid = share > MOST_VOID ? "more than a fifth of the runs are void" : null
  const undecided = tooVoid ?? options.undecided
  const endpoints = judgeSides(figures, { test, limits, alpha, undecided })
  const planning = planRuns({
    test,
    alpha,
    effect: limits.share,
    figures: familySize(endpoints.length - 1),
    spread: spreadOf(figures, test),
  })
  const verdict = overallVerdict(endpoints)
  return {
    ...frame,
    verdict,
    reasons: reasonsOf(endpoints, { verdict, undecided, planning: planningText(planning, test.unit) }),
    notes: notesOn({ ...runs, endpoints, allow: options.allow }),
    method: methodOf(counted, test, options),
    planning,
    endpoints,
  }
}

function figuresOf({ figures }: ComparedRun): ComparedRun["figures"] {
  return figures
}

function sideOf(runs: readonly ComparedRun[]): Side {
  return { runIds: runs.map(({ runId }) => runId), verdicts: runs.map(({ verdict }) => verdict) }
}

function methodOf(counted: Runs, test: SidesTest, { limits, alpha }: RoundOptions): Comparison["method"] {
  const units = { base: counted.base.length, candidate: counted.candidate.length }
  const held = [...counted.base, ...counted.candidate].every((run) => run.held)
  return {
    unit: test.unit,
    units,
    window: held ? "hold" : "all",
    test: test.test,
    ...test.arrangements(units),
    seed: SEED,
    alpha,
    confidence: CONFIDENCE,
    limits,
  }
}

type Said = { verdict: Verdict; undecided: string | null; planning: string }

function reasonsOf(endpoints: readonly EndpointComparison[], { verdict, undecided, planning }: Said) {
  const found = endpoints.flatMap(({ name, n, verdict, reason }) => {
    if (verdict === "worse" || verdict === "better") return [`${name}: ${reason} ${verdict}.`]
    return isOneSided(n) ? [`${name}: ${reason}.`] : []
  })
  if (verdict !== "inconclusive") return found
  const why = undecided === null ? "" : ` (${undecided})`
  return [...found, `Cannot tell the runs apart from noise${why}; ${planning}.`]
}
