import assert from "node:assert/strict"

import { mean, variance } from "../stats/spread.ts"
import { slowPartP } from "../stats/slow-part.ts"
import type { FamilyFigure } from "./family.ts"
import type { Difference, Limits, Verdict } from "./model.ts"
import { FLOOR } from "./tests.ts"
import type { SidesTest } from "./tests.ts"

/** How strictly a family is judged. */
export type Strictness = {
  limits: Limits
  /** Two-sided, of the whole family. */
  alpha: number
  /** Whether there are enough runs and this is a planned look; a sentence says why nothing may be called yet. */
  undecided: string | null
  /** Figures that the search for a slow part is over. */
  figures: number
}

export const CONFIDENCE = 0.95
/** Of the search for a service that is slow in part of its runs; beside what the joint test may spend. */
const SLOW_PART_ALPHA = 0.0025
/** Of the claim that two figures are the same within the limits. */
const SAME_ALPHA = 0.05

/**
 * Judges one figure of a family. It is a change when the joint test says so and it is as large as the limits. It is none
 * when its interval lies within the limits (two one-sided tests, Schuirmann 1987; that all figures are the same needs no
 * correction, Berger 1982). Otherwise the runs do not decide.
 */
export function judgeFigure(
  figure: FamilyFigure,
  { p, test }: { p: number | null; test: SidesTest },
  strictness: Strictness,
): Difference {
  const measured = measuredOf(figure, test)
  if (figure.lack !== null)
    return { ...measured, interval: null, p: null, verdict: "not-comparable", reason: figure.lack }
  return { ...measured, p, ...verdictOf(figure, { ...measured, p, test }, strictness) }
}

type Measured = Omit<Difference, "verdict" | "reason" | "p">

function measuredOf(figure: FamilyFigure, test: SidesTest): Measured {
  const { metric, n } = figure
  const base = n.base === 0 ? null : levelOf(figure, "base")
  const candidate = n.candidate === 0 ? null : levelOf(figure, "candidate")
  const change = base === null || candidate === null ? null : candidate - base
  return {
    metric,
    base,
    candidate,
    change,
    share: change !== null && base ? change / base : null,
    interval: intervalOf(figure, test, CONFIDENCE),
    noise: noiseOf(figure, base),
  }
}

/** The middle of the runs in the figure's unit. */
function levelOf({ metric, shares, ...sides }: FamilyFigure, side: "base" | "candidate"): number {
  if (metric === "failed") return mean(shares[side])
  const level = mean(sides[side])
  return Math.exp(metric === "rate" ? -level : level)
}

function intervalOf(figure: FamilyFigure, test: SidesTest, confidence: number): Difference["interval"] {
  const { metric, shares, unmeasured } = figure
  if (figure.lack !== null || unmeasured.base + unmeasured.candidate > 0) return null
  if (metric === "failed") return test.interval(shares.base, shares.candidate, confidence)
  const found = test.interval(figure.base, figure.candidate, confidence)
  if (found === null) return null
  const level = levelOf(figure, "base")
  const inUnit = (logarithm: number): number => level * Math.expm1(logarithm)
  return metric === "rate"
    ? { low: inUnit(-found.high), high: inUnit(-found.low) }
    : { low: inUnit(found.low), high: inUnit(found.high) }
}

function noiseOf({ metric, base, shares }: FamilyFigure, level: number | null): number | null {
  if (level === null || base.length < 2) return null
  return metric === "failed" ? Math.sqrt(variance(shares.base)) : level * Math.sqrt(variance(base))
}

type Called = { verdict: Verdict; reason: string }

function verdictOf(
  figure: FamilyFigure,
  { p, test, ...measured }: Measured & { p: number | null; test: SidesTest },
  { limits, alpha, undecided, figures }: Strictness,
): Called {
  if (undecided !== null) return { verdict: "inconclusive", reason: undecided }
  const { change, base, metric } = measured
  assert(change !== null && base !== null, `${figure.name} ${metric} was measured`)
  const least = leastChange(metric, base, limits)
  const called = p !== null && p <= alpha
  const large = change !== 0 && Math.abs(change) >= least
  if (called && large)
    return { verdict: directionOf(metric, change), reason: "beyond the limits and the noise" }
  const slow = slowPartOf(figure, figures, Math.log1p(least / base))
  if (slow !== null) return { verdict: "worse", reason: slow }
  return isWithin(intervalOf(figure, test, 1 - 2 * SAME_ALPHA), least)
    ? { verdict: "no-difference", reason: "the interval lies within the limits" }
    : { verdict: "inconclusive", reason: called ? "perhaps below the limits" : "within the noise" }
}

function isWithin(interval: Difference["interval"], least: number): boolean {
  return interval !== null && Math.max(Math.abs(interval.low), Math.abs(interval.high)) <= least
}

function leastChange(metric: Difference["metric"], base: number, limits: Limits): number {
  if (metric === "failed") return limits.failedShare
  return Math.max(limits.share * base, metric === "rate" ? 0 : limits.ms)
}

function directionOf(metric: Difference["metric"], change: number): Verdict {
  return (metric === "rate" ? change < 0 : change > 0) ? "worse" : "better"
}

/** Whether the candidate is slow, or gives nothing at all, in half of its runs. */
function slowPartOf(
  { metric, base, candidate, unmeasured }: FamilyFigure,
  figures: number,
  least: number,
): string | null {
  if (metric === "failed" || metric === "rate") return null
  if (unmeasured.base === 0 && unmeasured.candidate >= candidate.length / 2)
    return "half of the candidate's runs could give none"
  const half = candidate.toSorted((a, b) => b - a)[Math.ceil(candidate.length / 2) - 1]!
  if (unmeasured.base > 0 || half - mean(base) < least) return null
  return slowPartP(base, candidate, FLOOR) * figures <= SLOW_PART_ALPHA
    ? "half of the candidate's runs lie far above the base's"
    : null
}
