/** What k6 says of a scenario when it starts. Times in ms. */
export type PlannedScenario = {
  name: string
  /** Who starts an iteration: users that loop, as many all the time or not; a number for each; arrivals. */
  kind: "constant" | "ramping" | "iterations" | "open"
  /** How long new iterations start; those of a number may be done before. */
  durationMs: number
  startMs: number
  /** Users that loop all the time; null where it has another kind of them. */
  users: number | null
  /** How long k6 waits at its end for iterations that have begun, at least. */
  graceMs: number
}

const HEAD = /^\s*scenarios: \(/
const SCENARIO = /^\s*\* (.+?): (.+)$/

/**
 * The lines "* rush: 4 looping VUs for 5s (startTime: 2s, gracefulStop: 1s)" that follow k6's heading; what a script
 * prints at its end may look alike.
 */
function scenarioLines(output: string): { name: string; text: string }[] {
  const lines = output.split("\n")
  const head = lines.findIndex((line) => HEAD.test(line))
  const below = head < 0 ? [] : lines.slice(head + 1)
  const after = below.findIndex((line) => !SCENARIO.test(line))
  return below.slice(0, after < 0 ? undefined : after).flatMap((line) => {
    const [, name, text] = SCENARIO.exec(line) ?? []
    return name === undefined || text === undefined ? [] : [{ name, text }]
  })
}

/** What k6 says of its scenarios when it starts. */
export function readScenarios(output: string): PlannedScenario[] {
  return scenarioLines(output).map(({ name, text }) => {
    const fact = (key: string): number | null =>
      goDuration(new RegExp(`\\b${key}: ([\\w.]+)`).exec(text)?.[1])
    const [stop, rampDown] = [fact("gracefulStop") ?? 0, fact("gracefulRampDown")]
    return {
      name,
      kind: kindOf(text),
      durationMs: goDuration(/ for ([\w.]+)(?: |$)/.exec(text)?.[1]) ?? fact("maxDuration") ?? 0,
      startMs: fact("startTime") ?? 0,
      users: usersOf(text),
      graceMs: rampDown === null ? stop : Math.min(stop, rampDown),
    }
  })
}

function usersOf(text: string): number | null {
  const [, users] = /^(\d+) looping VUs/.exec(text) ?? []
  return users === undefined ? null : Number(users)
}

function kindOf(text: string): PlannedScenario["kind"] {
  if (text.includes("iterations/s")) return "open"
  if (text.includes("looping VUs")) return text.startsWith("Up to") ? "ramping" : "constant"
  return "iterations"
}

/** The longest that k6 means to run, its grace included, without setup and teardown; null for any other line. */
export function parseMaxDuration(line: string): number | null {
  return goDuration(/^\s*scenarios: .*VUs, ([\w.]+) max duration/.exec(line)?.[1])
}

/** How far a scenario is: "rush   [  50% ] 4 VUs  2.5s/5s"; null for any other line. */
export function parseScenarioProgress(line: string): { name: string; elapsedMs: number } | null {
  const [, name, clock] = /^(\S.*?)\s+(?:[✓✗]\s+)?\[[^\]]*\].*?\s([\dhm.]+m?s)\/[\dhm.]+m?s/.exec(line) ?? []
  const elapsedMs = goDuration(clock)
  return name === undefined || elapsedMs === null ? null : { name, elapsedMs }
}

const UNIT_MS: Record<string, number> = { h: 3_600_000, m: 60_000, s: 1_000, ms: 1 }

/** Go's way to write a duration: "1m30.5s", "500ms". */
export function goDuration(text: string | undefined): number | null {
  if (text === undefined || !/^(?:\d+(?:\.\d+)?(?:h|ms|m|s))+$/.test(text)) return null
  const parts = text.matchAll(/(\d+(?:\.\d+)?)(h|ms|m|s)/g)
  return [...parts].reduce((sum, [, count, unit]) => sum + Number(count) * UNIT_MS[unit!]!, 0)
}
