import type { PlannedScenario } from "../k6/scenarios.ts"

/** k6 prints once per second, and ends its scenarios a moment after their time. */
export const CLOCK_MS = 1_500

/** A scenario with the time at which it starts no more iterations, ms since 1970; null where that is not known. */
type Scenario = PlannedScenario & { end: number | null }

type Cut = {
  judged: readonly Scenario[]
  cutOff: number
  longestMs: number
  /** When the last iteration of each scenario ended, ms since 1970. */
  lastEnds: ReadonlyMap<string, number>
}

/** The judged scenarios that users were cut off in, and how many of these users they may have. */
export type Places = { judged: string[]; users: number }

/** Where the users that were cut off belong; null where some may be of a scenario that is judged, and some not. */
export function placesOf(scenarios: readonly Scenario[], cut: Cut): Places | null {
  const judged = cut.judged.map(({ name }) => name)
  const stuck = stuckScenarios(scenarios, cut)
  if (stuck === null) return judged.length === scenarios.length ? { judged, users: cut.cutOff } : null
  const own = stuck.filter(({ name }) => judged.includes(name))
  return { judged: own.map(({ name }) => name), users: usersOf(own) }
}

/** The scenarios all of whose users were quiet at their end, where these are just those that were cut off; else null. */
function stuckScenarios(
  scenarios: readonly Scenario[],
  { cutOff, longestMs, lastEnds }: Cut,
): readonly Scenario[] | null {
  const quietMs = Math.max(CLOCK_MS, 2 * longestMs)
  const stuck = scenarios.filter(({ name, users, end, durationMs }) => {
    if (users === null || end === null) return false
    return (lastEnds.get(name) ?? end - durationMs) < end - quietMs
  })
  return stuck.length > 0 && usersOf(stuck) === cutOff ? stuck : null
}

function usersOf(scenarios: readonly Scenario[]): number {
  return scenarios.reduce((sum, { users }) => sum + (users ?? 0), 0)
}
