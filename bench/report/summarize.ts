import { meanInterval } from "@saleproof/loadctl/stats/mean-interval.ts"
import type { Figures, VariantReport } from "./model.ts"
import { median, spread } from "./statistics.ts"

const CONFIDENCE = 0.95

/** The rounds of one variant and what they come to. A figure that a round lacks is left out of its median. */
export function summarize(name: string, rounds: Figures[]): VariantReport {
  const figures = [...new Set(rounds.flatMap((round) => Object.keys(round)))]
  const over = (of: (values: readonly number[]) => number): Figures =>
    Object.fromEntries(
      figures.map((figure) => {
        const values = rounds.flatMap((round) => round[figure] ?? [])
        return [figure, values.length === 0 ? null : of(values)]
      }),
    )
  const interval = Object.fromEntries(
    figures.flatMap((figure) => {
      const within = meanInterval(
        rounds.flatMap((round) => round[figure] ?? []),
        CONFIDENCE,
      )
      return within ? [[figure, within]] : []
    }),
  )
  return { name, rounds, median: over(median), spread: over(spread), interval }
}
