import { quantile, sortNumbers } from "@saleproof/sla/quantile.ts"

import { seededRandom } from "./random.ts"
import { studentCdf, studentQuantile } from "./student.ts"

/** How much was completed per second with so many in flight (or so many users) at a time. */
export type ScalabilityPoint = { concurrency: number; throughput: number }

type Ends = { low: number; high: number }

/**
 * The universal scalability law X(N) = λN / (1 + σ(N − 1) + κN(N − 1)) of Gunther (1993; Guerrilla Capacity Planning, 2007):
 * λ is what one at a time completes per second, σ the share that must wait its turn (contention), κ what keeping each other
 * informed costs (coherence). Intervals are of 90 %.
 */
export type Scalability = {
  lambda: number
  contention: number
  coherence: number
  /** The most that is ever completed per second, and with how many in flight; null where the fit grows without end. */
  peak: { throughput: number; concurrency: number | null } | null
  intervals: { contention: Ends; coherence: Ends; peak: Ends | null }
}

type Law = Pick<Scalability, "lambda" | "contention" | "coherence">

const LEAST_POINTS = 4
// A law of concurrency cannot be seen where it hardly changes.
const LEAST_RANGE = 2
const RESAMPLES = 1_000
const TERMS = 3
const TAIL = 0.05
// Student's t with so many degrees is the normal distribution.
const NORMAL_DEGREES = 1e7

/**
 * Fits the law; null where the points are too few or too alike. Its intervals are made by drawing the points anew (Efron
 * 1979) and are expanded for their number, as few points drawn anew spread less than other points would (Hesterberg 2015).
 */
export function fitScalability(points: readonly ScalabilityPoint[], seed = 1): Scalability | null {
  if (!canBeFitted(points)) return null
  const law = fitLaw(points)
  const random = seededRandom(seed)
  const drawn: Law[] = []
  for (let resample = 0; resample < RESAMPLES; resample += 1) {
    const again = points.map(() => points[random.index(points.length)]!)
    if (canBeFitted(again)) drawn.push(fitLaw(again))
  }
  const tail = expandedTail(points.length)
  const peaks = drawn.flatMap((one) => peakOf(one)?.throughput ?? [])
  return {
    ...law,
    peak: peakOf(law),
    intervals: {
      contention: middle(
        drawn.map(({ contention }) => contention),
        { otherwise: law.contention, tail },
      ),
      coherence: middle(
        drawn.map(({ coherence }) => coherence),
        { otherwise: law.coherence, tail },
      ),
      peak: peaks.length > drawn.length / 2 ? middle(peaks, { otherwise: peaks[0]!, tail }) : null,
    },
  }
}

/** What the law says for a concurrency. */
export function throughputAt({ lambda, contention, coherence }: Law, concurrency: number): number {
  const others = concurrency - 1
  return (lambda * concurrency) / (1 + contention * others + coherence * concurrency * others)
}

function canBeFitted(points: readonly ScalabilityPoint[]): boolean {
  const levels = [...new Set(points.map(({ concurrency }) => concurrency))]
  return levels.length >= LEAST_POINTS && Math.max(...levels) >= LEAST_RANGE * Math.min(...levels)
}

/**
 * N/X = (1 + σ(N − 1) + κN(N − 1)) / λ is linear in 1/λ, σ/λ and κ/λ: least squares of the relative errors, with neither σ
 * nor κ below 0. Of the four ways to hold them at 0 the best one that keeps the others positive is the solution.
 */
function fitLaw(points: readonly ScalabilityPoint[]): Law {
  const rows = points.map(({ concurrency: n, throughput }) => {
    const time = n / throughput
    return [1 / time, (n - 1) / time, (n * (n - 1)) / time]
  })
  const tries = [[0, 1, 2], [0, 1], [0, 2], [0]].map((used) => solved(rows, used))
  const [best] = tries
    .filter(({ terms }) => terms[0]! > 0 && terms.every((term) => term >= 0))
    .toSorted((a, b) => a.error - b.error)
  const [one, contention, coherence] = best!.terms
  return { lambda: 1 / one!, contention: contention! / one!, coherence: coherence! / one! }
}

/** Least squares of rows · terms = 1 with only some terms in use, by Gaussian elimination. */
function solved(rows: readonly number[][], used: readonly number[]): { terms: number[]; error: number } {
  const system = used.map((i) => [
    ...used.map((j) => rows.reduce((sum, row) => sum + row[i]! * row[j]!, 0)),
    rows.reduce((sum, row) => sum + row[i]!, 0),
  ])
  for (let pivot = 0; pivot < used.length; pivot += 1) {
    for (let other = 0; other < used.length; other += 1) {
      if (other === pivot) continue
      const factor = system[other]![pivot]! / system[pivot]![pivot]!
      system[other] = system[other]!.map((value, column) => value - factor * system[pivot]![column]!)
    }
  }
  const terms = [0, 0, 0]
  for (const [index, term] of used.entries()) terms[term] = system[index]!.at(-1)! / system[index]![index]!
  const error = rows.reduce(
    (sum, row) => sum + (1 - row.reduce((fit, value, index) => fit + value * terms[index]!, 0)) ** 2,
    0,
  )
  return { terms, error }
}

function peakOf({ lambda, contention, coherence }: Law): Scalability["peak"] {
  if (coherence > 0 && contention < 1) {
    const concurrency = Math.max(1, Math.sqrt((1 - contention) / coherence))
    return { concurrency, throughput: throughputAt({ lambda, contention, coherence }, concurrency) }
  }
  return contention > 0 ? { concurrency: null, throughput: lambda / contention } : null
}

/** The tail of the resamples that stands for 5 % when so many points are fitted. */
function expandedTail(points: number): number {
  const degrees = points - TERMS
  return studentCdf(Math.sqrt(points / degrees) * studentQuantile(TAIL, degrees), NORMAL_DEGREES)
}

type Middle = { otherwise: number; tail: number }

function middle(values: readonly number[], { otherwise, tail }: Middle): Ends {
  const sorted = sortNumbers(values)
  if (!sorted) return { low: otherwise, high: otherwise }
  return { low: quantile(sorted, tail), high: quantile(sorted, 1 - tail) }
}
