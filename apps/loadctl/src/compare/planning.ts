import { MOST_RUNS, runsNeeded } from "../stats/power.ts"
import type { Planning } from "./model.ts"
import type { SidesTest } from "./tests.ts"

/** What runs of one service on one machine usually spread by; used until these runs show their own. */
export const ASSUMED_SPREAD = 0.05
export const POWER = 0.9
// Runs whose figures agree to the last digit promise too much.
const LEAST_SPREAD = 0.01

type Wanted = { test: SidesTest; effect: number; alpha: number; figures: number; spread: number | null }

/** How many runs a side, or rounds, would show the effect. */
export function planRuns({ test, effect, alpha, figures, spread }: Wanted): Planning {
  const assumed = spread === null ? ASSUMED_SPREAD : Math.max(LEAST_SPREAD, spread)
  const noise = { paired: test.unit === "round", spread: assumed }
  const runs = Math.max(test.least, runsNeeded(effect, noise, { alpha, power: POWER, figures }))
  return { runs, effect, spread: assumed, measured: spread !== null }
}

/** "12 runs a side would show 10 % (runs that spread by 5 %, as is assumed)" */
export function planningText({ runs, effect, spread, measured }: Planning, unit: "run" | "round"): string {
  const units = unit === "run" ? `${runs} runs a side` : `${runs} rounds`
  const how = measured ? "as these do" : "as is assumed"
  if (runs >= MOST_RUNS)
    return `runs that spread by ${percent(spread)}, ${how}, show no change of ${percent(effect)}: hold longer, or measure on a quieter machine`
  return `${units} would show ${percent(effect)} (runs that spread by ${percent(spread)}, ${how})`
}

function percent(share: number): string {
  return `${Number((share * 100).toFixed(1))} %`
}
