import { familySize } from "../compare/judge-sides.ts"
import { ASSUMED_SPREAD, POWER } from "../compare/planning.ts"
import { leastRounds } from "../compare/tests.ts"
import { detectableEffect, runsNeeded } from "../stats/power.ts"
import { countText } from "../sla/text.ts"
import type { Look } from "./looks.ts"

const NOISE = { paired: true, spread: ASSUMED_SPREAD }

/** What the planned rounds can show, and how many the smallest change that counts would need; before the first run. */
export function forecastText({
  looks,
  endpoints,
  effect,
}: {
  looks: readonly Look[]
  endpoints: number
  effect: number
}): string {
  const last = looks.at(-1)!
  const design = { alpha: last.alpha, power: POWER, figures: familySize(endpoints) }
  const least = leastRounds(last.alpha)
  if (last.round < least)
    return `Fewer than ${least} rounds can call nothing different: what is measured in ${countText(last.round, "round")} is described.`
  const shown = detectableEffect(last.round, NOISE, design)
  const needed = Math.max(least, runsNeeded(effect, NOISE, design))
  const at = looks.map(({ round }) => round).join(", ")
  return (
    `Judged after round ${at}. If runs spread by ${percent(ASSUMED_SPREAD)}, ` +
    `${Number.isFinite(shown) ? `${last.round} rounds show a change of ${percent(shown)}` : `${last.round} rounds show large changes only`}, ` +
    `and ${percent(effect)} needs ${needed} rounds.`
  )
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`
}
