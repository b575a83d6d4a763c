import { bootstrapDifferences } from "../stats/bootstrap.ts"
import { failureTest } from "../stats/failure-test.ts"
import { noiseFloor } from "../stats/noise-floor.ts"
import { rankTest, smallestP } from "../stats/rank-test.ts"
import { obstacles, remarkableDifferences } from "./comparable.ts"
import type { Condition } from "./comparable.ts"
import { judgeDifference } from "./difference.ts"
import { COMPARISON_SCHEMA, METRICS, VERDICTS } from "./model.ts"
import type { Comparison, Difference, EndpointComparison, Limits, Side, Verdict } from "./model.ts"
import { notesOn } from "./notes.ts"
import type { ComparedRun } from "./runs.ts"
import { endpointSide } from "./side.ts"
import type { EndpointSide } from "./side.ts"
import { chooseCut, cutSide } from "./units.ts"
import type { Cut, SideUnits } from "./units.ts"

export const DEFAULT_LIMITS: Limits = { share: 0.1, ms: 5, failedShare: 0.001 }

export type CompareOptions = {
  limits: Limits
  /** Conditions that may be broken. */
  allow: readonly Condition[]
}

const RESAMPLING = { resamples: 2_000, seed: 1 } as const

type Sides<T> = { base: T; candidate: T }

/**
 * Compares two groups of runs, endpoint by endpoint. Pure: the same runs give the same comparison. Runs that have too
 * little in common, or prove nothing, make it "not comparable" with the reasons.
 */
export function compareRuns(runs: Sides<readonly ComparedRun[]>, options: CompareOptions): Comparison {
  const { base, candidate } = runs
  const frame = {
    schema: COMPARISON_SCHEMA,
    scenario: base[0]?.plan.scenario ?? "",
    base: sideOf(base),
    candidate: sideOf(candidate),
    differing: remarkableDifferences(base, candidate),
  } as const
  const broken = obstacles(base, candidate, options.allow)
  const cut = broken.length === 0 ? chooseCut(base, candidate) : null
  const plan = candidate[0]?.plan
  if (!cut || !plan || typeof cut === "string") {
    const reasons = typeof cut === "string" ? [cut] : broken
    return { ...frame, verdict: "not comparable", reasons, notes: [], method: null, endpoints: [] }
  }
  const units = { base: cutSide(base, plan, cut), candidate: cutSide(candidate, plan, cut) }
  const endpoints = compareEndpoints(units, cut, options)
  return {
    ...frame,
    verdict: overallVerdict(endpoints),
    reasons: reasonsOf(endpoints),
    notes: notesOn({ ...runs, cut, endpoints, allow: options.allow }),
    method: methodOf(runs, cut, options),
    endpoints,
  }
}

function sideOf(runs: readonly ComparedRun[]): Side {
  return { runIds: runs.map(({ runId }) => runId), verdicts: runs.map(({ verdict }) => verdict) }
}

function methodOf(
  runs: Sides<readonly ComparedRun[]>,
  cut: Cut,
  { limits }: CompareOptions,
): Comparison["method"] {
  const { unit, blocksPerRun, window, confidence } = cut
  const [first] = runs.base
  const span = window === "hold" ? first?.hold : first?.window
  return {
    unit,
    units: { base: runs.base.length * blocksPerRun, candidate: runs.candidate.length * blocksPerRun },
    blockSeconds: unit === "block" && span ? (span.to - span.from) / 1_000 / blocksPerRun : null,
    window,
    ...RESAMPLING,
    confidence,
    limits,
  }
}

function compareEndpoints(units: Sides<SideUnits>, cut: Cut, options: CompareOptions): EndpointComparison[] {
  const names = new Set([...units.base.keys(), ...units.candidate.keys()])
  // "overall" is the last of either side, whatever else only one of them has.
  const ordered = [...names].filter((name) => name !== "overall").concat("overall")
  return ordered.map((name) => {
    const sides = {
      base: endpointSide(units.base.get(name) ?? [], cut),
      candidate: endpointSide(units.candidate.get(name) ?? [], cut),
    }
    return { name, ...compareEndpoint(sides, cut, options) }
  })
}

function compareEndpoint(sides: Sides<EndpointSide>, { confidence }: Cut, { limits }: CompareOptions) {
  const { base, candidate } = sides
  const intervals = bootstrapDifferences(base.drawable, candidate.drawable, { ...RESAMPLING, confidence })
  const n = { base: base.n, candidate: candidate.n }
  const differences = METRICS.map((metric, index) => {
    const units = [base.ofUnits[index] ?? [], candidate.ofUnits[index] ?? []] as const
    return judgeDifference(
      {
        ...changeOf(base.figures[index] ?? null, candidate.figures[index] ?? null),
        metric,
        n,
        interval: intervals[index] ?? null,
        p: metric === "failed" ? failureTest(base, candidate) : (rankTest(...units)?.p ?? null),
        alpha: 1 - confidence,
        smallestP: smallestP(units[0].length, units[1].length),
        noise: noiseFloor(base.ofRuns[index] ?? []),
      },
      limits,
    )
  })
  return { n, ...verdictOf(differences), differences }
}

function changeOf(base: number | null, candidate: number | null) {
  const change = base === null || candidate === null ? null : candidate - base
  return { base, candidate, change, share: change !== null && base ? change / base : null }
}

/** The gravest verdict wins; what could not be compared counts only when nothing could. */
function verdictOf(differences: readonly Difference[]): { verdict: Verdict; reason: string } {
  const compared = differences.filter(({ verdict }) => verdict !== "not comparable")
  if (compared.length === 0) {
    return { verdict: "not comparable", reason: differences[0]?.reason ?? "no requests" }
  }
  const verdict = VERDICTS.find((one) => compared.some((difference) => difference.verdict === one))
  const deciding = compared.filter((difference) => difference.verdict === verdict)
  const reason =
    verdict === "no difference shown"
      ? (deciding.find(({ metric }) => metric === "p95")?.reason ?? "")
      : deciding.map(({ metric }) => metric).join(", ")
  return { verdict: verdict ?? "no difference shown", reason }
}

/** Worse beats everything; an endpoint that only one side has makes the rest no comparison of the whole. */
function overallVerdict(endpoints: readonly EndpointComparison[]): Verdict {
  const counted = endpoints.filter(({ n, verdict }) => verdict !== "not comparable" || isOneSided(n))
  return VERDICTS.find((verdict) => counted.some((one) => one.verdict === verdict)) ?? "not comparable"
}

function isOneSided(n: EndpointComparison["n"]): boolean {
  return (n.base === 0) !== (n.candidate === 0)
}

function reasonsOf(endpoints: readonly EndpointComparison[]): string[] {
  return endpoints.flatMap(({ name, n, verdict, reason }) => {
    if (verdict === "no difference shown") return []
    if (verdict === "not comparable") return isOneSided(n) ? [`${name}: ${reason}.`] : []
    return [`${name}: ${reason} ${verdict}.`]
  })
}
