import type { Response } from "express"
import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible"
import { RefusalError } from "../errors.ts"
import { sendProblem } from "../http/problem.ts"

/** Whether the request may continue; if not, the response was sent. */
export type RequestRate = (res: Response, source: string) => Promise<boolean>

/** What a request gets that exceeds its user's limit. */
export const TOO_MANY_OF_USER = "This user sends too many requests per second"

/**
 * At most `limit` requests per source and second; 0 is no limit. Counted in this process: it costs no round trip and
 * works while Redis is down; with n processes behind a balancer a source may reach n times the limit.
 */
export function createRequestRate({ limit, detail }: { limit: number; detail: string }): RequestRate {
  if (limit === 0) return UNLIMITED
  const limiter = new RateLimiterMemory({ points: limit, duration: 1 })
  return async (res, source) => {
    try {
      await limiter.consume(source)
      return true
    } catch (error) {
      if (!(error instanceof RateLimiterRes)) throw error
      const retryAfterSeconds = Math.max(1, Math.ceil(error.msBeforeNext / 1_000))
      sendProblem(res, new RefusalError("RATE_LIMITED", detail, { retryAfterSeconds }))
      return false
    }
  }
}

const UNLIMITED: RequestRate = async () => true
