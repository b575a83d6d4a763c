import type { RunFigure, RunFigures } from "@saleproof/loadctl/compare/figures.ts"
import { quantile } from "@saleproof/sla/quantile.ts"
import type { Random } from "@saleproof/loadctl/stats/random.ts"

/** An endpoint of the simulated service: log-normal latencies. */
type Endpoint = { name: string; requests: number; medianMs: number; sigma: number }

const ENDPOINTS: readonly Endpoint[] = [
  { name: "list", requests: 2_400, medianMs: 8, sigma: 0.4 },
  { name: "show", requests: 1_800, medianMs: 20, sigma: 0.5 },
  { name: "buy", requests: 1_200, medianMs: 60, sigma: 0.6 },
]
const HOLD_SECONDS = 60

/** p50, p95 and p99 of the three endpoints and of all requests together. */
export const FIGURES = ["list", "show", "buy", "overall"].flatMap((name) =>
  (["p50", "p95", "p99"] as const).map((metric) => ({ name, metric })),
)

/** Standard deviations and amplitudes of what makes runs differ, as shares: 0.05 is 5 %. */
export type Noise = { run: number; drift: number }

export type RunOptions = {
  noise: Noise
  /** What this run's latencies are multiplied by: the change that is planted, and what rounds share. */
  factor?: number
}

// A run's level is mostly shared by its endpoints: variances 0.64 and 0.36 of the whole.
const COMMON = 0.8
const OWN = 0.6

/**
 * One run: every request is exp(ln median + σz) ms, times the run's random level (common and per endpoint), times a drift
 * within the run that begins and ends `drift`-normally far apart around the run's level.
 */
export function simulateRun(random: Random, { noise, factor = 1 }: RunOptions): RunFigures {
  const common = COMMON * noise.run * random.normal()
  const slope = noise.drift * random.normal()
  const figures = new Map<string, RunFigure>()
  const parts = ENDPOINTS.map(({ name, requests, medianMs, sigma }) => {
    const level = Math.log(medianMs * factor) + common + OWN * noise.run * random.normal()
    const logarithms = new Float64Array(requests)
    for (let index = 0; index < requests; index += 1)
      logarithms[index] = level + slope * (index / requests - 0.5) + sigma * random.normal()
    logarithms.sort()
    figures.set(name, figureOf(logarithms))
    return logarithms
  })
  return figures.set("overall", figureOf(merged(parts)))
}

/** Ascending values of ascending parts: far cheaper than to sort them again. */
function merged(parts: readonly Float64Array[]): Float64Array {
  const [first, ...rest] = parts
  return rest.reduce((one, other) => {
    const both = new Float64Array(one.length + other.length)
    let [i, j] = [0, 0]
    for (let place = 0; place < both.length; place += 1)
      both[place] = j >= other.length || (i < one.length && one[i]! <= other[j]!) ? one[i++]! : other[j++]!
    return both
  }, first!)
}

/** The percentiles of latencies whose ascending logarithms these are; a percentile keeps its place in either. */
function figureOf(logarithms: Float64Array): RunFigure {
  const sorted = Object.assign(logarithms, { sorted: true as const })
  const at = (q: number): number => Math.exp(quantile(sorted, q))
  const n = logarithms.length
  return { n, failed: 0, rate: n / HOLD_SECONDS, p50: at(0.5), p95: at(0.95), p99: at(0.99) }
}

/** The run with one figure of one endpoint multiplied: a change that nothing else shows. */
export function withOneSlower(
  run: RunFigures,
  { name, metric }: (typeof FIGURES)[number],
  factor: number,
): RunFigures {
  const figure = run.get(name)!
  return new Map(run).set(name, { ...figure, [metric]: figure[metric]! * factor })
}

/** What an experiment's rounds share: a level that comes and goes with `amplitude` once in 12 to 24 rounds of two slots. */
export function sharedDrift(random: Random, amplitude: number): (slot: number) => number {
  const period = 24 + 24 * random.uniform()
  const phase = 2 * Math.PI * random.uniform()
  return (slot) => Math.exp(amplitude * Math.sin(phase + (2 * Math.PI * slot) / period))
}
