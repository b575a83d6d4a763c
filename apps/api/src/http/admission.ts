import type { RequestHandler } from "express"
import { RefusalError } from "../errors.ts"
import { problemDocument } from "./problem.ts"

/** Probes and metrics, which are answered under any load. */
export const EXEMPT = new Set(["/healthz", "/readyz", "/metrics"])

const TOO_MANY = new RefusalError("OVERLOADED", "Too many requests in progress", { retryAfterSeconds: 1 })
// Made once: refusing must cost least when there is most to do.
const BODY = Buffer.from(JSON.stringify(problemDocument(TOO_MANY)))
const HEADERS = {
  "Content-Type": "application/problem+json; charset=utf-8",
  "Content-Length": BODY.length,
  "Retry-After": TOO_MANY.retryAfterSeconds,
}

type Limits = {
  /** Requests in progress. */
  limit: number
  /** Orders among them: each waits for a place in a batch, so their number is how long the last one waits. */
  orderLimit: number
}

/** Rejects requests above a limit at once, before anything is read: clients time out before a longer queue ends. */
export function admission({ limit, orderLimit }: Limits): RequestHandler {
  let inFlight = 0
  let orders = 0
  return (req, res, next) => {
    const { path } = req
    if (EXEMPT.has(path)) return next()
    const order = path === "/orders" && req.method === "POST" ? 1 : 0
    if (inFlight >= limit || orders + order > orderLimit) {
      res.locals.code = TOO_MANY.code
      res.writeHead(TOO_MANY.status, HEADERS).end(BODY)
      return
    }
    inFlight++
    orders += order
    res.on("close", () => {
      inFlight--
      orders -= order
    })
    next()
  }
}
