import type { RequestHandler, Response } from "express"
import { Refusal } from "../errors.ts"
import type { Pulse } from "../infra/pulse.ts"
import { EXEMPT } from "./admission.ts"
import { sendProblem } from "./problem.ts"

const SILENT = new Refusal("UNAVAILABLE", "The database does not answer", { retryAfterSeconds: 1 })

/**
 * Nobody waits for a database that is silent: who does when it falls silent hears 503 at once, and so does who comes
 * meanwhile. What is under way goes on, and a repeat with its key finds out what became of it.
 */
export function refuseWhileSilent(pulse: Pulse): RequestHandler {
  const waiting = new Set<Response>()
  pulse.watch(() => {
    for (const res of waiting) if (!res.headersSent) sendProblem(res, SILENT)
  })
  return (req, res, next) => {
    if (EXEMPT.has(req.path)) return next()
    if (pulse.silent()) return sendProblem(res, SILENT)
    waiting.add(res)
    res.once("close", () => waiting.delete(res))
    next()
  }
}
