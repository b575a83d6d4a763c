/** A promise that simulated trials can refute. */
export type Wanted = { figure: string; text: string; at: "least" | "most"; share: number }

/** What is simulated many times: every trial answers the same figures, 0 or 1 for what happened or not. */
export type Study = {
  name: string
  trials: number
  trial: (seed: number) => Record<string, number>
  wanted: Wanted[]
}

/** Sums of the trials of a part of a study. */
export type Part = { trials: number; sums: Record<string, number> }

/** Runs the trials with these seeds, `to` exclusive. */
export function runPart({ trial }: Study, { from, to }: { from: number; to: number }): Part {
  const sums: Record<string, number> = {}
  for (let seed = from; seed < to; seed += 1)
    for (const [figure, value] of Object.entries(trial(seed))) sums[figure] = (sums[figure] ?? 0) + value
  return { trials: to - from, sums }
}

export function addParts(parts: readonly Part[]): Part {
  const total: Part = { trials: 0, sums: {} }
  for (const { trials, sums } of parts) {
    total.trials += trials
    for (const [figure, sum] of Object.entries(sums)) total.sums[figure] = (total.sums[figure] ?? 0) + sum
  }
  return total
}
