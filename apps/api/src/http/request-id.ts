import { randomUUID } from "node:crypto"
import type { RequestHandler } from "express"

const ACCEPTABLE = /^[\w.-]{1,64}$/

/** Every answer carries X-Request-Id: the caller's, when it is fit for a log line, or a new one. */
export const requestId: RequestHandler = (req, res, next) => {
  const given = req.headers["x-request-id"]
  const id = typeof given === "string" && ACCEPTABLE.test(given) ? given : randomUUID()
  res.locals.requestId = id
  res.setHeader("X-Request-Id", id)
  next()
}
