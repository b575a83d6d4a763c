import type { Response } from "express"
import { RateLimiterMemory, RateLimiterRes } from "rate-limiter-flexible"
import { RefusalError } from "../errors.ts"
import { sendProblem } from "../http/problem.ts"

const TOO_OFTEN = "This user sends too many requests per second"

/** Whether the request may continue; if not, the response was sent. */
export type UserRate = (res: Response, user: string) => Promise<boolean>

/**
 * At most `limit` requests per user and second. Counted in this process: it costs no round trip and works while Redis
 * is down; with n processes behind a balancer a user may reach n times the limit.
 */
export function createUserRate({ limit }: { limit: number }): UserRate {
  const limiter = new RateLimiterMemory({ points: limit, duration: 1 })
  return async (res, user) => {
    try {
      await limiter.consume(user)
      return true
    } catch (error) {
      if (!(error instanceof RateLimiterRes)) throw error
      const retryAfterSeconds = Math.max(1, Math.ceil(error.msBeforeNext / 1_000))
      sendProblem(res, new RefusalError("RATE_LIMITED", TOO_OFTEN, { retryAfterSeconds }))
      return false
    }
  }
}
