import type { RequestHandler } from "express"
import { Refusal } from "../errors.ts"

const EXEMPT = new Set(["/healthz", "/readyz", "/metrics"])

/** Refuses at once what is above `limit` requests under way: a queue that nobody can wait out helps nobody. */
export function admission({ limit }: { limit: number }): RequestHandler {
  let inFlight = 0
  return (req, res, next) => {
    if (EXEMPT.has(req.path)) return next()
    if (inFlight >= limit)
      throw new Refusal("OVERLOADED", "Too many requests under way", { retryAfterSeconds: 1 })
    inFlight++
    res.once("close", () => inFlight--)
    next()
  }
}
