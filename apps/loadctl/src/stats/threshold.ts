/** One trial at a level: whether it broke. */
export type Trial = { level: number; broke: boolean }

/** What is not known of the way from holding to breaking, and how likely it is beside each threshold. */
type Shape = { width: number; stray: number; weights: Float64Array }

/**
 * Where a threshold lies, as a share of certainty for each candidate; `levels` ascending, `weights` add up to 1, and so
 * do those of all shapes together.
 */
export type Posterior = { levels: Float64Array; weights: Float64Array; shapes: readonly Shape[] }

// How far apart loads must be, as a share, to go from holding to breaking: an edge, and the noise of runs.
const WIDTHS = [0.005, 0.02, 0.05, 0.1]
// A run that breaks for a reason of its own, which has nothing to do with its load: on a good machine or a bad one.
const STRAYS = [
  { share: 0.01, prior: 0.5 },
  { share: 0.1, prior: 0.5 },
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
  const likely = WIDTHS.flatMap((width) => {
    const breaking = trials.map(({ level }) => breakingOf(logs, Math.log(level), width))
    return STRAYS.map(({ share, prior }) => ({
      width,
      stray: share,
      weights: likelihoods(count, { trials, breaking, share, prior }),
    }))
  })
  const total = likely.reduce((sum, { weights }) => sum + weights.reduce((all, one) => all + one, 0), 0)
  const shapes = likely.map((shape) => ({ ...shape, weights: shape.weights.map((one) => one / total) }))
  const weights = new Float64Array(count)
  for (const shape of shapes)
    for (let index = 0; index < count; index += 1) weights[index]! += shape.weights[index]!
  return { levels: logs.map(Math.exp), weights, shapes }
}

/** Φ of how far a level lies above each threshold, in widths. */
function breakingOf(logs: Float64Array, at: number, width: number): Float64Array {
  return logs.map((threshold) => normalCdf((at - threshold) / width))
}

function chance(stray: number, breaking: number): number {
  return stray + (1 - stray - LUCKY) * breaking
}

type Likelihood = {
  trials: readonly Trial[]
  breaking: readonly Float64Array[]
  share: number
  prior: number
}

function likelihoods(count: number, { trials, breaking, share, prior }: Likelihood): Float64Array {
  const product = new Float64Array(count).fill(prior)
  for (const [trial, { broke }] of trials.entries()) {
    const own = breaking[trial]!
    for (let index = 0; index < count; index += 1) {
      const breaks = chance(share, own[index]!)
      product[index]! *= broke ? breaks : 1 - breaks
    }
  }
  return product
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

// What is less likely than this at a threshold changes no choice.
const NEGLIGIBLE = 1e-6

/**
 * The information of a trial at a level about the threshold, in nats: the mutual information of its outcome and the threshold,
 * whatever the shape (Lindley 1956; the choice of Kontsevich and Tyler 1999).
 */
export function informationAt({ levels, weights, shapes }: Posterior, level: number): number {
  let [breaks, given] = [0, 0]
  for (let index = 0; index < levels.length; index += 1) {
    const weight = weights[index]!
    if (weight < NEGLIGIBLE) continue
    const distance = Math.log(level / levels[index]!)
    let own = 0
    for (const shape of shapes)
      own += shape.weights[index]! * chance(shape.stray, normalCdf(distance / shape.width))
    breaks += own
    given += weight * entropy(own / weight)
  }
  return entropy(breaks) - given
}

function entropy(p: number): number {
  return p <= 0 || p >= 1 ? 0 : -p * Math.log(p) - (1 - p) * Math.log(1 - p)
}

/** Φ by Abramowitz and Stegun 7.1.26, to 1.5e-7. */
function normalCdf(z: number): number {
  if (z > 6) return 1
  if (z < -6) return 0
  const x = Math.abs(z) / Math.SQRT2
  const t = 1 / (1 + 0.3275911 * x)
  const series =
    t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
  const tail = (series * Math.exp(-x * x)) / 2
  return z > 0 ? 1 - tail : tail
}
