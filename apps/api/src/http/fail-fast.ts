import type { RequestHandler, Response } from "express"
import { RefusalError } from "../errors.ts"
import type { DatabaseHeartbeat } from "../infra/database-heartbeat.ts"
import { EXEMPT } from "./admission.ts"
import { sendProblem } from "./problem.ts"

const UNRESPONSIVE = new RefusalError("UNAVAILABLE", "The database does not answer", { retryAfterSeconds: 1 })

/**
 * While the database does not respond, waiting and new requests get 503 immediately. Requests in progress continue,
 * and a repeat with the same Idempotency-Key gets its outcome.
 */
export function failFast(heartbeat: DatabaseHeartbeat): RequestHandler {
  const waiting = new Set<Response>()
  heartbeat.onUnresponsive(() => {
    for (const res of waiting) if (!res.headersSent) sendProblem(res, UNRESPONSIVE)
  })
  return (req, res, next) => {
    if (EXEMPT.has(req.path)) return next()
    if (heartbeat.isUnresponsive()) return sendProblem(res, UNRESPONSIVE)
    waiting.add(res)
    res.on("close", () => waiting.delete(res))
    next()
  }
}
