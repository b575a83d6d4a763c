/** One try at one load: iterations per second, or virtual users. */
export type Attempt = { load: number; outcome: "pass" | "fail" | "untrusted" }

export type SearchOptions = {
  /** The first load to try, and the highest; whole numbers from 1. */
  start: number
  max: number
  /** Stop when the highest load that holds and the lowest that does not are this close, as a share of the former. */
  precision: number
  /** How many more times a load must hold to be believed. */
  confirmations: number
}

export type Step =
  | { kind: "try"; load: number; why: "step" | "bisect" | "confirm" | "again" }
  | { kind: "done"; found: Found }

/** What is known so far: the search may be over, out of time or interrupted. */
export type Found = {
  /** The highest load that always held; null when none did. */
  load: number | null
  /** How often it held beyond the first time. */
  confirmations: number
  /** The lowest load that did not hold; null when none was found. */
  broken: number | null
  /** What stands in the way of a higher load. */
  limitedBy: "sla" | "generator" | "max"
}

// A measurement that cannot be trusted once may be an accident of the machine.
const UNTRUSTED_TRIES = 2
const STEP_FACTOR = 2

/**
 * What to try next, given everything tried so far: double the load until it breaks, halve the gap between what holds
 * and what does not, then try what holds again. A load that failed once does not hold, however often it passed.
 * Pure, and it ends: every try either narrows the gap or confirms.
 */
export function nextStep(options: SearchOptions, attempts: readonly Attempt[]): Step {
  const last = attempts.at(-1)
  if (last?.outcome === "untrusted" && triesOf(attempts, last.load, "untrusted") < UNTRUSTED_TRIES) {
    return { kind: "try", load: last.load, why: "again" }
  }
  const found = whatIsKnown(options, attempts)
  return found.load === null ? firstHold(options, found) : higherOrSurer(options, found, found.load)
}

function firstHold({ start, max }: SearchOptions, found: Found): Step {
  const load = found.broken === null ? Math.min(start, max) : Math.floor(found.broken / STEP_FACTOR)
  return load >= 1 ? { kind: "try", load, why: "step" } : { kind: "done", found }
}

function higherOrSurer({ max, precision, confirmations }: SearchOptions, found: Found, load: number): Step {
  const { broken } = found
  if (broken === null && load < max) {
    return { kind: "try", load: Math.min(max, load * STEP_FACTOR), why: "step" }
  }
  const between = broken === null ? null : middle(load, broken, precision)
  if (between !== null) return { kind: "try", load: between, why: "bisect" }
  return found.confirmations < confirmations ? { kind: "try", load, why: "confirm" } : { kind: "done", found }
}

/** What the tries so far say, also when the search is cut short. */
export function whatIsKnown({ max }: SearchOptions, attempts: readonly Attempt[]): Found {
  const bad = attempts.filter(
    ({ load, outcome }) =>
      outcome === "fail" ||
      (outcome === "untrusted" && triesOf(attempts, load, "untrusted") >= UNTRUSTED_TRIES),
  )
  const broken = bad.length === 0 ? null : Math.min(...bad.map(({ load }) => load))
  const held = attempts.filter(
    ({ load, outcome }) => outcome === "pass" && load < (broken ?? Number.POSITIVE_INFINITY),
  )
  const load = held.length === 0 ? null : Math.max(...held.map((attempt) => attempt.load))
  return {
    load,
    confirmations: load === null ? 0 : triesOf(attempts, load, "pass") - 1,
    broken,
    limitedBy: limitOf({ load, broken, max }, attempts),
  }
}

function limitOf(
  { load, broken, max }: { load: number | null; broken: number | null; max: number },
  attempts: readonly Attempt[],
): Found["limitedBy"] {
  if (broken === null) return load === max ? "max" : "sla"
  return triesOf(attempts, broken, "fail") > 0 ? "sla" : "generator"
}

/** Halfway, or null when the two are close enough. */
function middle(load: number, broken: number, precision: number): number | null {
  return broken - load <= Math.max(1, precision * load) ? null : Math.round((load + broken) / 2)
}

function triesOf(attempts: readonly Attempt[], load: number, outcome: Attempt["outcome"]): number {
  return attempts.filter((attempt) => attempt.load === load && attempt.outcome === outcome).length
}
