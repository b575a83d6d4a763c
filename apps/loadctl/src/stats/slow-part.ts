import { mean, variance } from "./spread.ts"
import { studentCdf } from "./student.ts"

/**
 * Bound of the probability that half of the candidate's runs or more lie so far above the base's, if all were alike. A
 * mean hides that: a service that is five times slower every other time has a wide spread and hardly a larger mean. How
 * far one more run of the base would lie is the prediction interval of Student's t (Hahn 1970); that half of n runs are
 * beyond it has at most twice the probability of one (Markov's inequality, whatever the dependence between them).
 *
 * @param floor the least spread that is believed, in the unit of the values
 */
export function slowPartP(base: readonly number[], candidate: readonly number[], floor: number): number {
  if (base.length < 2 || candidate.length === 0) return 1
  const half = Math.ceil(candidate.length / 2)
  const nth = candidate.toSorted((a, b) => b - a)[half - 1]!
  const spread = Math.max(floor, Math.sqrt(variance(base)))
  const t = (nth - mean(base)) / (spread * Math.sqrt(1 + 1 / base.length))
  return Math.min(1, (candidate.length / half) * (1 - studentCdf(t, base.length - 1)))
}
