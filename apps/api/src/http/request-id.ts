import { randomUUID } from "node:crypto"
import type { RequestHandler } from "express"

const ACCEPTABLE = /^[\w.-]{1,64}$/
// As long as loadctl makes them.
const ACCEPTABLE_RUN = /^[\w.-]{1,128}$/

/**
 * Every answer carries X-Request-Id: the caller's, when it is fit for a log line, or a new one. The X-Run-Id of a load
 * test is only for the log.
 */
export const requestId: RequestHandler = (req, res, next) => {
  const given = req.headers["x-request-id"]
  const id = typeof given === "string" && ACCEPTABLE.test(given) ? given : randomUUID()
  const run = req.headers["x-run-id"]
  if (typeof run === "string" && ACCEPTABLE_RUN.test(run)) res.locals.runId = run
  res.locals.requestId = id
  res.setHeader("X-Request-Id", id)
  next()
}
