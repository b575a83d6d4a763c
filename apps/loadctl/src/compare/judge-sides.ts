import { mean, variance } from "../stats/spread.ts"
import { judgeFigure } from "./difference.ts"
import type { Strictness } from "./difference.ts"
import { familyOf } from "./family.ts"
import type { FamilyFigure } from "./family.ts"
import type { RunFigures } from "./figures.ts"
import { METRICS, VERDICTS } from "./model.ts"
import type { Difference, EndpointComparison, Limits, Verdict } from "./model.ts"
import type { SidesTest } from "./tests.ts"

export type Sides<T> = { base: T; candidate: T }

export type Judging = {
  test: SidesTest
  limits: Limits
  alpha: number
  /** Why nothing may be called yet, as half a sentence; null when it may. */
  undecided: string | null
}

/** The verdict of every figure of every endpoint; the figures of all endpoints are one family. */
export function judgeSides(
  { base, candidate }: Sides<readonly RunFigures[]>,
  { test, limits, alpha, undecided }: Judging,
): EndpointComparison[] {
  const family = familyOf(base, candidate)
  const judged = family.filter(({ lack }) => lack === null)
  const ps = undecided === null ? test.adjustedP(judged) : []
  const pOf = new Map(judged.map((figure, index) => [figure, ps[index] ?? null]))
  const figures = judged.filter(({ metric }) => metric !== "failed" && metric !== "rate").length
  const strictness: Strictness = { limits, alpha, undecided, figures }
  const byName = Map.groupBy(family, ({ name }) => name)
  return [...byName].map(([name, own]) => {
    const differences = own.map((figure) =>
      judgeFigure(figure, { p: pOf.get(figure) ?? null, test }, strictness),
    )
    return { name, n: own[0]!.n, ...endpointVerdict(differences), differences }
  })
}

/** The gravest verdict wins; what could not be compared counts only when nothing could. */
function endpointVerdict(differences: readonly Difference[]): { verdict: Verdict; reason: string } {
  const compared = differences.filter(({ verdict }) => verdict !== "not-comparable")
  const [first] = compared
  if (!first) return { verdict: "not-comparable", reason: differences[0]!.reason }
  const verdict = gravest(compared.map((difference) => difference.verdict))
  const deciding = compared.filter((difference) => difference.verdict === verdict)
  const isCall = verdict === "worse" || verdict === "better"
  const reason = isCall
    ? deciding.map(({ metric }) => metric).join(", ")
    : (deciding.find(({ metric }) => metric === "p95") ?? deciding[0]!).reason
  return { verdict, reason }
}

/** Worse beats everything; an endpoint that only one side has makes the rest no comparison of the whole. */
export function overallVerdict(endpoints: readonly EndpointComparison[]): Verdict {
  const counted = endpoints.filter(({ n, verdict }) => verdict !== "not-comparable" || isOneSided(n))
  return counted.length === 0 ? "not-comparable" : gravest(counted.map(({ verdict }) => verdict))
}

export function isOneSided(n: EndpointComparison["n"]): boolean {
  return (n.base === 0) !== (n.candidate === 0)
}

function gravest(verdicts: readonly Verdict[]): Verdict {
  return VERDICTS.find((verdict) => verdicts.includes(verdict))!
}

/** The standard deviation of one run's overall p95 as a share, pooled over both sides; null with one run a side. */
export function spreadOf({ base, candidate }: Sides<readonly RunFigures[]>, test: SidesTest): number | null {
  const all = familyOf(base, candidate).find(({ name, metric }) => name === "overall" && metric === "p95")
  if (!all || all.lack !== null) return null
  if (test.unit === "round") return pairSpread(all)
  const known = [all.base, all.candidate].filter((side) => side.length >= 2)
  return known.length === 0 ? null : Math.sqrt(mean(known.map((side) => variance(side))))
}

/** What one run of a pair spreads by: the difference of two has twice the variance. */
function pairSpread({ base, candidate }: FamilyFigure): number | null {
  if (base.length < 2) return null
  return Math.sqrt(variance(candidate.map((value, round) => value - base[round]!)) / 2)
}

/** How many figures such a family has, for planning. */
export function familySize(endpoints: number): number {
  return (endpoints + 1) * METRICS.length
}
