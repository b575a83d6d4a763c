const DAY_MS = 86_400_000
const WINDOW_DAYS = 3

/** A day in UTC as YYYY-MM-DD. */
export const dayOf = (at: Date) => at.toISOString().slice(0, 10)

/** The days that a ranking covers: today and the two before, in UTC, newest first. */
export function rankedDays(now: Date): string[] {
  return Array.from({ length: WINDOW_DAYS }, (_, ago) => dayOf(new Date(now.getTime() - ago * DAY_MS)))
}

/** How long ago the present UTC day began, in ms. */
export const sinceMidnight = (now: Date) => now.getTime() % DAY_MS

/** Days as an array of PostgreSQL. */
export const dateArray = (days: readonly string[]) => `{${days.join(",")}}`
