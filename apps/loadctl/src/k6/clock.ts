import { parseMaxDuration, parseScenarioProgress } from "./scenarios.ts"

// k6's own limit for teardown(), where the script sets none.
const TEARDOWN_MS = 60_000
// What comes after it: the summary and the last points.
const LAST_MS = 30_000

/** What may come after the load before k6 is overdue, ms. */
export function graceAfter(teardownMs = TEARDOWN_MS): number {
  return teardownMs + LAST_MS
}

/** When each scenario started, as far as k6's output says, and when k6 should have ended. Times in ms since 1970. */
export type ScenarioClock = ReturnType<typeof createScenarioClock>

/** Reads the clock from k6's lines as they come: what a line says was so when it was printed. */
export function createScenarioClock(graceMs = graceAfter()) {
  const starts = new Map<string, number>()
  let longestMs: number | null = null
  return {
    starts,
    line(text: string, now: number): void {
      longestMs ??= parseMaxDuration(text)
      const progress = parseScenarioProgress(text)
      if (!progress) return
      const start = now - progress.elapsedMs
      // The line that was read with the least delay is right.
      starts.set(progress.name, Math.min(start, starts.get(progress.name) ?? start))
    },
    /** Null before the load has begun: setup() has a limit of its own. */
    deadline(): number | null {
      if (longestMs === null || starts.size === 0) return null
      return Math.min(...starts.values()) + longestMs + graceMs
    },
  }
}

const LOOK_MS = 500
// What an interrupted k6 needs for its summary.
const STOP_MS = 10_000

/** Asks k6 to stop when its time is over by far, and a little later makes it. */
export function endOverdue(clock: ScenarioClock, kill: (signal: NodeJS.Signals) => void) {
  let askedAt: number | null = null
  const timer = setInterval(() => {
    const deadline = clock.deadline()
    if (deadline === null || Date.now() < deadline) return
    if (askedAt === null) kill("SIGINT")
    else if (Date.now() - askedAt > STOP_MS) kill("SIGKILL")
    askedAt ??= Date.now()
  }, LOOK_MS)
  return { stop: () => clearInterval(timer), happened: () => askedAt !== null }
}
