import { sum } from "../stats/spread.ts"
import type { RunFigure, RunFigures } from "./figures.ts"
import { METRICS } from "./model.ts"
import type { Metric } from "./model.ts"

/**
 * One figure of one endpoint in every run of both sides, as it is judged: on a scale on which noise is additive and
 * larger is worse. Latencies and rates are logarithms; a share of failures is Anscombe's arcsine (1948), whose spread
 * hardly depends on the share.
 */
export type FamilyFigure = {
  name: string
  metric: Metric
  base: number[]
  candidate: number[]
  n: { base: number; candidate: number }
  /** Shares of failures as they are; empty for other figures. */
  shares: { base: number[]; candidate: number[] }
  /** Runs that could give no such figure; they rank worst. */
  unmeasured: { base: number; candidate: number }
  /** Why it cannot be judged; null when it can. */
  lack: string | null
}

// With fewer requests beyond a percentile it is the mood of single requests.
const MIN_BEYOND = 5
const BEYOND = { p50: 0.5, p95: 0.05, p99: 0.01, rate: 1, failed: 1 } as const satisfies Record<
  Metric,
  number
>
// What could not be measured counts as twice the worst that was.
const WORST = Math.LN2
const LEAST_MS = 0.001

/** Every figure of every endpoint of two sides, "overall" last; both sides have at least one run. */
export function familyOf(base: readonly RunFigures[], candidate: readonly RunFigures[]): FamilyFigure[] {
  const names = new Set([...base, ...candidate].flatMap((run) => [...run.keys()]))
  const ordered = [...names].filter((name) => name !== "overall").concat("overall")
  return ordered.flatMap((name) => {
    const [before, after] = [base, candidate].map((side) => side.map((run) => run.get(name) ?? NOTHING))
    return METRICS.map((metric) => figureOf({ name, metric, base: before!, candidate: after! }))
  })
}

const NOTHING: RunFigure = { n: 0, failed: 0, rate: null, p50: null, p95: null, p99: null }

type Sides<T> = { base: readonly T[]; candidate: readonly T[] }

function figureOf({ name, metric, ...sides }: Sides<RunFigure> & Pick<FamilyFigure, "name" | "metric">) {
  const known = { base: sides.base.map(scaled(metric)), candidate: sides.candidate.map(scaled(metric)) }
  const measured = [...known.base, ...known.candidate].filter((value) => value !== null)
  const worst = metric === "failed" ? ALL_FAILED : Math.max(...measured) + WORST
  const filled = (values: readonly (number | null)[]) => values.map((value) => value ?? worst)
  const n = { base: requests(sides.base), candidate: requests(sides.candidate) }
  return {
    name,
    metric,
    base: filled(known.base),
    candidate: filled(known.candidate),
    n,
    shares: metric === "failed" ? sharesOf(sides) : { base: [], candidate: [] },
    unmeasured: { base: missing(known.base), candidate: missing(known.candidate) },
    lack: lackOf(metric, n),
  }
}

const ALL_FAILED = Math.PI / 2

function scaled(metric: Metric): (run: RunFigure) => number | null {
  return (run) => {
    if (run.n === 0) return null
    if (metric === "failed") return Math.asin(Math.sqrt((run.failed + 3 / 8) / (run.n + 3 / 4)))
    const value = run[metric]
    if (metric === "rate") return value === null || value === 0 ? null : -Math.log(value)
    return value === null ? null : Math.log(Math.max(value, LEAST_MS))
  }
}

function sharesOf({ base, candidate }: Sides<RunFigure>): FamilyFigure["shares"] {
  const share = ({ failed, n }: RunFigure): number => (n === 0 ? 1 : failed / n)
  return { base: base.map(share), candidate: candidate.map(share) }
}

function requests(runs: readonly RunFigure[]): number {
  return sum(runs.map(({ n }) => n))
}

function missing(values: readonly (number | null)[]): number {
  return values.filter((value) => value === null).length
}

function lackOf(metric: Metric, n: FamilyFigure["n"]): string | null {
  const needed = Math.ceil(MIN_BEYOND / BEYOND[metric])
  if (n.base === 0 && n.candidate === 0) return "no requests"
  if (n.base === 0 || n.candidate === 0) return `no requests in the ${n.base === 0 ? "base" : "candidate"}`
  return Math.min(n.base, n.candidate) < needed ? `needs ${needed} requests a side` : null
}
