import { setTimeout as sleep } from "node:timers/promises"
import { isRetryable, sqlState } from "./db-errors.ts"

const MAX_RETRIES = 3
const BASE_DELAY_MS = 5

/** Called with the SQLSTATE that made a transaction run again. */
export type RetryObserver = (state: string) => void

type RetryOptions = { onRetry?: RetryObserver | undefined; random?: () => number }

/** Runs a transaction, and again at most 3 times when PostgreSQL says that a repeat may succeed. */
export async function withRetry<T>(
  run: () => Promise<T>,
  { onRetry, random = Math.random }: RetryOptions = {},
): Promise<T> {
  for (let retries = 0; ; retries++) {
    try {
      return await run()
    } catch (error) {
      if (retries === MAX_RETRIES || !isRetryable(error)) throw error
      onRetry?.(sqlState(error) ?? "unknown")
      // Full jitter: those who collided come back at different times.
      await sleep(random() * BASE_DELAY_MS * 4 ** retries)
    }
  }
}
