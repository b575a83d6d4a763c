import { setTimeout as sleep } from "node:timers/promises"
import { isRetryable } from "./db-errors.ts"

const MAX_RETRIES = 3
const BASE_DELAY_MS = 5

/** Runs a transaction, and again at most 3 times when PostgreSQL says that a repeat may succeed. */
export async function withRetry<T>(run: () => Promise<T>, { random = Math.random } = {}): Promise<T> {
  for (let retries = 0; ; retries++) {
    try {
      return await run()
    } catch (error) {
      if (retries === MAX_RETRIES || !isRetryable(error)) throw error
      // Full jitter: those who collided come back at different times.
      await sleep(random() * BASE_DELAY_MS * 4 ** retries)
    }
  }
}
