const DAY_MS = 86_400_000
const WINDOW_DAYS = 3

/** A day in UTC as YYYY-MM-DD. */
const dayOf = (at: Date) => at.toISOString().slice(0, 10)

/** The days that a ranking covers: today and the two before, in UTC, newest first. */
export function rankedDays(now: Date): string[] {
  return Array.from({ length: WINDOW_DAYS }, (_, ago) => dayOf(new Date(now.getTime() - ago * DAY_MS)))
}

/** The first instant that counts. */
export function windowStart(now: Date): Date {
  const [oldest = dayOf(now)] = rankedDays(now).toReversed()
  return new Date(`${oldest}T00:00:00Z`)
}
