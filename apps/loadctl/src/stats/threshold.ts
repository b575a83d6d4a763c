/** One trial at a level: whether it broke. */
export type Trial = { level: number; broke: boolean }

/** Where a threshold lies, as a share of certainty for each candidate; `levels` ascending, `weights` add up to 1. */
export type Posterior = { levels: Float64Array; weights: Float64Array }

// How far apart loads must be, as a share, to go from holding to breaking: an edge, and the noise of runs.
const WIDTHS = [0.005, 0.02, 0.05, 0.1]
// A run that breaks for a reason of its own, which has nothing to do with its load, and how likely such a machine is.
const STRAYS = [
  { share: 0.01, prior: 0.7 },
  { share: 0.1, prior: 0.3 },
]
// A run that holds above the edge by luck.
const LUCKY = 0.01
const STEP = 0.005

/**
 * The threshold at which half of the trials break, after the trials so far. A psychometric function as in Wichmann and
 * Hill (2001): P(break) = s + (1 − s − l)·Φ(ln(level / threshold) / width), with s the share of stray breaks, so that one of
 * them cannot cap the threshold; width and s are unknown and averaged over (Kontsevich and Tyler 1999). Before the first
 * trial every factor is as likely as any other between the bounds.
 */
export function thresholdPosterior(
  trials: readonly Trial[],
  { least, most }: { least: number; most: number },
): Posterior {
  const [from, to] = [Math.log(least), Math.log(most)]
  const count = Math.max(2, Math.ceil((to - from) / STEP))
  const logs = Float64Array.from({ length: count }, (_, index) => from + ((to - from) * index) / (count - 1))
  const weights = new Float64Array(count)
  for (const width of WIDTHS) {
    const breaking = trials.map(({ level }) => {
      const at = Math.log(level)
      return logs.map((threshold) => normalCdf((at - threshold) / width))
    })
    for (const { share, prior } of STRAYS) addLikelihood(weights, { trials, breaking, share, prior })
  }
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  return { levels: logs.map(Math.exp), weights: weights.map((weight) => weight / total) }
}

type Likelihood = {
  trials: readonly Trial[]
  breaking: readonly Float64Array[]
  share: number
  prior: number
}

function addLikelihood(weights: Float64Array, { trials, breaking, share, prior }: Likelihood): void {
  for (let index = 0; index < weights.length; index += 1) {
    let likelihood = prior
    for (let trial = 0; trial < trials.length; trial += 1) {
      const broke = share + (1 - share - LUCKY) * breaking[trial]![index]!
      likelihood *= trials[trial]!.broke ? broke : 1 - broke
    }
    weights[index]! += likelihood
  }
}

/** The level below which the threshold lies with probability `p`. */
export function posteriorQuantile({ levels, weights }: Posterior, p: number): number {
  let sum = 0
  for (let index = 0; index < levels.length; index += 1) {
    sum += weights[index]!
    if (sum >= p) return levels[index]!
  }
  return levels.at(-1)!
}

/** Φ by Abramowitz and Stegun 7.1.26, to 1.5e-7. */
function normalCdf(z: number): number {
  const x = Math.abs(z) / Math.SQRT2
  const t = 1 / (1 + 0.3275911 * x)
  const series =
    t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
  const tail = (series * Math.exp(-x * x)) / 2
  return z > 0 ? 1 - tail : tail
}
