import type { RunFigure, RunFigures } from "@saleproof/loadctl/compare/figures.ts"
import { quantile } from "@saleproof/sla/quantile.ts"
import type { Random } from "@saleproof/loadctl/stats/random.ts"

import type { Noise } from "./noise.ts"

/** An endpoint of the simulated service: log-normal latencies. */
type Endpoint = { name: string; medianMs: number }

const ENDPOINTS: readonly Endpoint[] = [
  { name: "list", medianMs: 5 },
  { name: "show", medianMs: 8 },
  { name: "buy", medianMs: 20 },
]
// All requests of the published runs have ln(p95/p50)/1.645 and ln(p99/p50)/2.326 of 0.9 (docs/results/strategies.md,
// batched; capacity.md: 0.78 to 1.05). The three medians make 0.57 of that: √(0.9² − 0.57²).
const SIGMA = 0.7
const HOLD_SECONDS = 30

/** p50, p95 and p99 of the three endpoints and of all requests together. */
export const FIGURES = ["list", "show", "buy", "overall"].flatMap((name) =>
  (["p50", "p95", "p99"] as const).map((metric) => ({ name, metric })),
)

export type RunOptions = {
  noise: Noise
  /** What this run's latencies are multiplied by: the change that is planted, and what rounds share. */
  factor?: number
}

// Half of the variance of a run's level is its own for each endpoint: nothing measured says which share it is.
const HALF = Math.SQRT1_2
const FAILED = 0.005
const STALLED = 0.01
const STALL_FACTOR = 10

/**
 * One run: every request is exp(ln median + σz) ms, times the run's random level (common and per endpoint), times a drift
 * within the run that begins and ends `drift`-normally far apart around the run's level. A heavy one has levels of Student's
 * t with 3 degrees, a spread and a number of requests of its own in every run, 1 % of requests that stall and 0.5 % that
 * fail.
 */
export function simulateRun(random: Random, { noise, factor = 1 }: RunOptions): RunFigures {
  const { run, drift, heavy } = noise
  const effect = (): number => run * (heavy ? student3(random) : random.normal())
  const common = HALF * effect()
  const slope = drift * random.normal()
  const sigma = heavy ? SIGMA * Math.exp(effect()) : SIGMA
  const requests = heavy ? Math.round(noise.requests * Math.exp(effect())) : noise.requests
  const figures = new Map<string, RunFigure>()
  const parts = ENDPOINTS.map(({ name, medianMs }) => {
    const level = Math.log(medianMs * factor) + common + HALF * effect()
    const logarithms = new Float64Array(requests)
    for (let index = 0; index < requests; index += 1)
      logarithms[index] = level + slope * (index / requests - 0.5) + sigma * random.normal()
    if (heavy) stall(logarithms, random)
    logarithms.sort()
    figures.set(name, figureOf(logarithms, heavy ? occurrences(random, requests, FAILED) : 0))
    return logarithms
  })
  const failed = [...figures.values()].reduce((sum, one) => sum + one.failed, 0)
  return figures.set("overall", figureOf(merged(parts), failed))
}

/** Student's t with 3 degrees of freedom, divided by its standard deviation √3. */
function student3(random: Random): number {
  const squares = random.normal() ** 2 + random.normal() ** 2 + random.normal() ** 2
  return random.normal() / Math.sqrt(squares)
}

function stall(logarithms: Float64Array, random: Random): void {
  for (let index = 0; index < logarithms.length; index += 1)
    if (random.uniform() < STALLED) logarithms[index]! += Math.log(STALL_FACTOR)
}

function occurrences(random: Random, count: number, share: number): number {
  let found = 0
  for (let index = 0; index < count; index += 1) if (random.uniform() < share) found += 1
  return found
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
function figureOf(logarithms: Float64Array, failed: number): RunFigure {
  const sorted = Object.assign(logarithms, { sorted: true as const })
  const at = (q: number): number => Math.exp(quantile(sorted, q))
  const n = logarithms.length
  return { n, failed, rate: n / HOLD_SECONDS, p50: at(0.5), p95: at(0.95), p99: at(0.99) }
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

/** What an experiment's rounds share: a level that swings around 1 by the drift, by the number of the run. */
export function sharedDrift(random: Random, { drift, swing: [shortest, longest] }: Noise) {
  const period = shortest + (longest - shortest) * random.uniform()
  const phase = 2 * Math.PI * random.uniform()
  return (slot: number): number => Math.exp(drift * Math.sin(phase + (2 * Math.PI * slot) / period))
}
