import { posteriorQuantile, thresholdPosterior } from "../stats/threshold.ts"

/** One try at one load: iterations per second, or virtual users. */
export type Attempt = { load: number; outcome: "pass" | "fail" | "untrusted" }

export type SearchOptions = {
  /** The first load to try, and the highest; whole numbers from 1. */
  start: number
  max: number
  /** Stop when the interval of the edge is this narrow, as a share of it. */
  precision: number
  /** At most so many runs. */
  maxRuns: number
}

export type Step =
  | { kind: "try"; load: number; why: "step" | "bisect" | "confirm" | "again" }
  | { kind: "done"; found: Found }

/** What is known so far: the search may be over, out of time or interrupted. */
export type Found = {
  /** The highest load that the target completed within its SLA, not above the edge; null when there is none. */
  load: number | null
  /** How often that load held beyond the first time. */
  confirmations: number
  /** The lowest load above it that did not hold; null when none was found. */
  broken: number | null
  /** What stands in the way of a higher load. */
  limitedBy: "sla" | "generator" | "max"
  /** Where half of all runs would break, with the ends of its 90 % interval; null while nothing held, or nothing broke. */
  edge: { load: number; low: number; high: number } | null
}

// A measurement that cannot be trusted once may be an accident of the machine.
const UNTRUSTED_TRIES = 2
const STEP_FACTOR = 2
// A wider gap than this between what holds and what breaks is worth a second look at what broke.
const WIDE_GAP = 1.5
const TAIL = 0.05
/** Above the highest load that may be tried the edge is not looked for. */
const BEYOND = 1.1

/**
 * What to try next, given everything tried so far: double the load until it breaks twice, then try where the edge most
 * likely is (the median of its posterior, as in QUEST, Watson and Pelli 1983), until its interval is narrow or the runs are
 * used up. A single run that breaks or holds by accident moves the edge a little, and the tries after it move it back.
 */
export function nextStep(options: SearchOptions, attempts: readonly Attempt[]): Step {
  const done: Step = { kind: "done", found: whatIsKnown(options, attempts) }
  if (attempts.length >= options.maxRuns) return done
  const last = attempts.at(-1)
  if (last?.outcome === "untrusted" && triesOf(attempts, last.load, "untrusted") < UNTRUSTED_TRIES)
    return { kind: "try", load: last.load, why: "again" }
  const { held, broke } = sorted(attempts)
  const [highest, lowest] = [held.at(-1), broke[0]]
  if (highest === undefined) return firstHold(options, { attempts, lowest, done })
  if (lowest === undefined) return higher(options, { attempts, highest, done })
  if (last && deservesSecondLook(last, attempts, options))
    return { kind: "try", load: last.load, why: "confirm" }
  return nearEdge(options, attempts, done.found)
}

/** A load that broke far above what holds decides where half of the runs are spent: it has to break twice. */
function deservesSecondLook(
  last: Attempt,
  attempts: readonly Attempt[],
  { max }: Pick<SearchOptions, "max">,
): boolean {
  if (last.outcome !== "fail" || triesOf(attempts, last.load, "fail") >= 2) return false
  const { held, broke } = sorted(attempts)
  const highest = held.at(-1)!
  return Math.min(...broke.filter((load) => load > highest), max * BEYOND) / highest > WIDE_GAP
}

function nearEdge({ max, precision }: SearchOptions, attempts: readonly Attempt[], found: Found): Step {
  const { edge } = found
  if (edge === null || Math.log(edge.high / edge.low) <= precision) return { kind: "done", found }
  const load = Math.min(max, Math.max(1, Math.round(edge.load)))
  const known = attempts.some((attempt) => attempt.load === load)
  if (known && isSettled(attempts, load)) return { kind: "done", found }
  return { kind: "try", load, why: known ? "confirm" : "bisect" }
}

type Outer = { attempts: readonly Attempt[]; done: Step }

function firstHold(
  { start, max }: SearchOptions,
  { attempts, lowest, done }: Outer & { lowest?: number | undefined },
): Step {
  if (lowest === undefined) return { kind: "try", load: Math.min(start, max), why: "step" }
  const load = Math.max(1, Math.floor(lowest / STEP_FACTOR))
  if (load === lowest && triesOf(attempts, 1, "fail") >= 2) return done
  return { kind: "try", load, why: load === lowest ? "confirm" : "step" }
}

function higher({ max }: SearchOptions, { attempts, highest, done }: Outer & { highest: number }): Step {
  if (highest < max) return { kind: "try", load: Math.min(max, highest * STEP_FACTOR), why: "step" }
  return triesOf(attempts, max, "pass") < 2 ? { kind: "try", load: max, why: "confirm" } : done
}

/** Whole loads next to each other that both were tried twice leave nothing to find between them. */
function isSettled(attempts: readonly Attempt[], load: number): boolean {
  const twice = (one: number): boolean => attempts.filter((attempt) => attempt.load === one).length >= 2
  return twice(load) && (twice(load + 1) || twice(load - 1))
}

/** What the tries so far say, also when the search is cut short. */
export function whatIsKnown({ max }: Pick<SearchOptions, "max">, attempts: readonly Attempt[]): Found {
  const { held, broke } = sorted(attempts)
  const trials = attempts.flatMap((attempt) => {
    const breaks = didBreak(attempts, attempt)
    return breaks || attempt.outcome === "pass" ? [{ level: attempt.load, broke: breaks }] : []
  })
  const edge = held.length > 0 && broke.length > 0 ? edgeOf(trials, max) : null
  const load = edge === null ? (held.at(-1) ?? null) : (held.findLast((one) => one <= edge.load) ?? held[0]!)
  const broken = broke.find((one) => load === null || one > load) ?? null
  return {
    load,
    confirmations: load === null ? 0 : triesOf(attempts, load, "pass") - 1,
    broken,
    limitedBy: limitOf({ load, broken, max }, attempts),
    edge,
  }
}

function edgeOf(trials: { level: number; broke: boolean }[], max: number): NonNullable<Found["edge"]> {
  const posterior = thresholdPosterior(trials, { least: 0.5, most: max * BEYOND })
  const at = (p: number): number => posteriorQuantile(posterior, p)
  return { load: at(0.5), low: at(TAIL), high: at(1 - TAIL) }
}

function didBreak(attempts: readonly Attempt[], { load, outcome }: Attempt): boolean {
  return (
    outcome === "fail" || (outcome === "untrusted" && triesOf(attempts, load, "untrusted") >= UNTRUSTED_TRIES)
  )
}

/** The loads that held and those that did not, ascending, each once. */
function sorted(attempts: readonly Attempt[]): { held: number[]; broke: number[] } {
  const loads = (chosen: readonly Attempt[]) =>
    [...new Set(chosen.map(({ load }) => load))].toSorted((a, b) => a - b)
  return {
    held: loads(attempts.filter(({ outcome }) => outcome === "pass")),
    broke: loads(attempts.filter((attempt) => didBreak(attempts, attempt))),
  }
}

function limitOf(
  { load, broken, max }: { load: number | null; broken: number | null; max: number },
  attempts: readonly Attempt[],
): Found["limitedBy"] {
  if (broken === null) return load === max ? "max" : "sla"
  return triesOf(attempts, broken, "fail") > 0 ? "sla" : "generator"
}

function triesOf(attempts: readonly Attempt[], load: number, outcome: Attempt["outcome"]): number {
  return attempts.filter((attempt) => attempt.load === load && attempt.outcome === outcome).length
}
