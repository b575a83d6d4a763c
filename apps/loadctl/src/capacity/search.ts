import { informationAt, posteriorQuantile, thresholdPosterior } from "../stats/threshold.ts"

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
// Where the edge may be, from hardly above what held to hardly below what broke.
const CANDIDATES = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]
const LAST_RUNS = 3
const SECURE = 0.35
/** Above the highest load that may be tried the edge is not looked for. */
const BEYOND = 1.1

/**
 * What to try next, given everything tried so far: double the load until it breaks twice, then the load whose outcome says most about
 * where the edge is (Kontsevich and Tyler 1999), until its interval is narrow or the runs are used up. A single run that
 * breaks or holds by accident moves the edge a little, and the tries after it move it back.
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

function nearEdge(options: SearchOptions, attempts: readonly Attempt[], found: Found): Step {
  const { max, precision } = options
  const { edge } = found
  if (edge === null || Math.log(edge.high / edge.low) <= precision) return { kind: "done", found }
  const load = securing(options, attempts, found) ?? mostTelling(attempts, max)
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

/** Whole loads next to each other, of which one always held and one always broke, leave nothing to find between them. */
function isSettled(attempts: readonly Attempt[], load: number): boolean {
  const always = (one: number, outcome: Attempt["outcome"]): boolean => {
    const tries = attempts.filter((attempt) => attempt.load === one)
    return tries.length >= 2 && tries.every((attempt) => attempt.outcome === outcome)
  }
  const edgeAbove = (held: number): boolean => always(held, "pass") && always(held + 1, "fail")
  return edgeAbove(load) || edgeAbove(load - 1)
}

/** What the tries so far say, also when the search is cut short. */
export function whatIsKnown({ max }: Pick<SearchOptions, "max">, attempts: readonly Attempt[]): Found {
  const { held, broke } = sorted(attempts)
  const edge = held.length > 0 && broke.length > 0 ? edgeOf(trialsOf(attempts), max) : null
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

/**
 * A load that holds more likely than not, for the last runs when what held is lower: the answer must have been completed,
 * and to know the edge better is no use by then.
 */
function securing(
  { max, maxRuns, precision }: SearchOptions,
  attempts: readonly Attempt[],
  { load: held, edge }: Found,
): number | null {
  if (maxRuns - attempts.length > LAST_RUNS || edge === null) return null
  if (held !== null && held > edge.load * (1 - precision)) return null
  const posterior = thresholdPosterior(trialsOf(attempts), boundsOf(max))
  const load = Math.min(max, Math.max(1, Math.floor(posteriorQuantile(posterior, SECURE))))
  return load > (held ?? 0) ? load : null
}

/** The whole load whose outcome has most information about the edge. */
function mostTelling(attempts: readonly Attempt[], max: number): number {
  const posterior = thresholdPosterior(trialsOf(attempts), boundsOf(max))
  const candidates = CANDIDATES.map((p) =>
    Math.min(max, Math.max(1, Math.round(posteriorQuantile(posterior, p)))),
  )
  const informed = [...new Set(candidates)].map((load) => ({ load, nats: informationAt(posterior, load) }))
  return informed.reduce((best, one) => (one.nats > best.nats ? one : best)).load
}

function boundsOf(max: number) {
  return { least: 0.5, most: max * BEYOND }
}

function trialsOf(attempts: readonly Attempt[]) {
  return attempts.flatMap((attempt) => {
    const breaks = didBreak(attempts, attempt)
    return breaks || attempt.outcome === "pass" ? [{ level: attempt.load, broke: breaks }] : []
  })
}

function edgeOf(trials: { level: number; broke: boolean }[], max: number): NonNullable<Found["edge"]> {
  const posterior = thresholdPosterior(trials, boundsOf(max))
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
