import { setImmediate as turn, setTimeout as sleep } from "node:timers/promises"

const LATE = Symbol("late")

type BreakerOptions = {
  /** Milliseconds that an answer may take. */
  budgetMs: number
  /** How long calls are skipped after one that failed or was late. */
  openMs: number
  now?: () => number
}

export type BreakerOutcome = "answered" | "late" | "failed" | "open"

/**
 * Asks something that may be left out: undefined when the answer fails or takes longer than its budget, and at once for
 * a while after that.
 */
export function createCircuitBreaker({ budgetMs, openMs, now = () => performance.now() }: BreakerOptions) {
  let openUntil = -Infinity

  async function inTime<T>(answer: Promise<T>): Promise<T | typeof LATE> {
    const limit = new AbortController()
    try {
      return await Promise.race([answer, expiry(budgetMs, limit.signal)])
    } finally {
      limit.abort()
    }
  }

  return async function ask<T>(question: () => Promise<T>): Promise<{ outcome: BreakerOutcome; answer?: T }> {
    if (now() < openUntil) return { outcome: "open" }
    try {
      const answer = await inTime(question())
      if (answer !== LATE) return { outcome: "answered", answer }
      openUntil = now() + openMs
      return { outcome: "late" }
    } catch {
      openUntil = now() + openMs
      return { outcome: "failed" }
    }
  }
}

/** An answer that arrived while the event loop was busy is read before it counts as late. */
async function expiry(ms: number, signal: AbortSignal): Promise<typeof LATE> {
  try {
    await sleep(ms, undefined, { signal })
    await turn()
  } catch {
    // No caller waits for it any more.
  }
  return LATE
}
