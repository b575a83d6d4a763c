import { RefusalError } from "../errors.ts"
import { databaseRefusal } from "./db-errors.ts"
import type { Logger } from "./logger.ts"

const WARN_AGAIN_MS = 10_000
/** Of all lines within that time. */
const MOST_LINES = 20

type WarningOptions = { logger: Logger; now?: () => number }

/**
 * An outage is logged at once and then every 10 s, not at every attempt; of each kind of job for itself. So is any other
 * error, for as long as it stays the same; of those that always differ, as many as are read.
 */
export function createWarning({ logger, now = () => performance.now() }: WarningOptions) {
  const warnedAt = new Map<string, number>()
  return (err: unknown, what = "a job of the worker failed and will be repeated") => {
    const refusal = err instanceof RefusalError ? err : databaseRefusal(err)
    const reason = reasonOf(refusal ?? err)
    const kind = refusal ? what : `${what}: ${reason}`
    for (const [known, at] of warnedAt) if (now() - at >= WARN_AGAIN_MS) warnedAt.delete(known)
    if (warnedAt.has(kind) || warnedAt.size >= MOST_LINES) return
    warnedAt.set(kind, now())
    logger.warn({ err, reason }, what)
  }
}

/** What happened, and after it what made it happen, e.g. the error that Redis answered. */
function reasonOf(err: unknown): string {
  if (!(err instanceof Error)) return String(err)
  return err.cause instanceof Error ? `${err.message} (${err.cause.message})` : err.message
}
