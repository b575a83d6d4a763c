/** Requests of one side and how many of them failed. */
export type Failures = { n: number; failed: number }

/**
 * Two-sided probability of failures shared out this unevenly if both sides failed at one rate: given all failures, each
 * falls on the candidate with its share of the requests. The conditional test of Przyborowski and Wilenski (1940).
 * It takes requests as independent, which those of one stall are not, so the limit for p is set low by its callers.
 * Null when a side has no requests; 1 when nothing failed.
 */
export function failureTest(base: Failures, candidate: Failures): number | null {
  if (base.n === 0 || candidate.n === 0) return null
  const failed = base.failed + candidate.failed
  const probabilities = binomial(failed, candidate.n / (base.n + candidate.n))
  const observed = probabilities[candidate.failed] ?? 0
  // Outcomes as likely as the observed one count too, whatever their last bit says.
  const extreme = probabilities.filter((probability) => probability <= observed * (1 + 1e-9))
  return Math.min(
    1,
    extreme.reduce((sum, probability) => sum + probability, 0),
  )
}

/** Probabilities of 0 to `trials` successes, by logarithms so that thousands of trials do not underflow midway. */
function binomial(trials: number, chance: number): Float64Array {
  const probabilities = new Float64Array(trials + 1)
  const step = Math.log(chance) - Math.log1p(-chance)
  let logarithm = trials * Math.log1p(-chance)
  for (let successes = 0; successes <= trials; successes += 1) {
    probabilities[successes] = Math.exp(logarithm)
    logarithm += step + Math.log((trials - successes) / (successes + 1))
  }
  return probabilities
}
