import type { ErrorRequestHandler, Response } from "express"
import { ZodError, z } from "zod"
import type { Logger } from "../infra/logger.ts"
import { RefusalError } from "../errors.ts"
import { databaseRefusal, sqlState } from "../infra/db-errors.ts"

/** The `type` of an error of an Express parser; the texts of its messages are not for clients. */
const PARSER_REFUSALS: Record<string, () => RefusalError> = {
  "entity.too.large": () => new RefusalError("PAYLOAD_TOO_LARGE", "Send a smaller body"),
  "entity.parse.failed": () => new RefusalError("BAD_REQUEST", "The body is not a JSON object"),
  "entity.too.deep": () => new RefusalError("BAD_REQUEST", "The body is nested too deeply"),
  "encoding.unsupported": () =>
    new RefusalError("UNSUPPORTED_MEDIA_TYPE", "This content encoding is not supported"),
  "charset.unsupported": () => new RefusalError("UNSUPPORTED_MEDIA_TYPE", "Send the body as UTF-8"),
}

const ParserError = z.object({ type: z.string().optional(), status: z.number().optional() })

/** What any error means to a client; an unexpected error becomes INTERNAL and keeps its cause for the log. */
export function toRefusal(error: unknown): RefusalError {
  if (error instanceof RefusalError) return error
  if (error instanceof ZodError) return invalidInput(error)
  const database = databaseRefusal(error)
  if (database) return database
  const { type, status } = ParserError.safeParse(error).data ?? {}
  const parserRefusal = type === undefined ? undefined : PARSER_REFUSALS[type]
  if (parserRefusal) return parserRefusal()
  if (status !== undefined && status >= 400 && status < 500) {
    return new RefusalError("BAD_REQUEST", "The request cannot be read", { cause: error })
  }
  return new RefusalError("INTERNAL", "The error was logged under the request id", { cause: error })
}

function invalidInput(error: ZodError): RefusalError {
  const errors = error.issues.map(({ path, message }) => ({ path: path.join("."), message }))
  return new RefusalError(
    "BAD_REQUEST",
    errors.map((e) => (e.path ? `${e.path}: ${e.message}` : e.message)).join("; "),
    {
      extra: { errors },
    },
  )
}

/** The stable name of a kind of problem, e.g. urn:saleproof:problem:coupon-sold-out. */
export const problemType = (code: string) =>
  `urn:saleproof:problem:${code.toLowerCase().replaceAll("_", "-")}`

/** The problem document (RFC 9457) of a refusal. The same refusal always makes the same bytes. */
export function problemDocument({ code, title, status, message, extra }: RefusalError) {
  return { type: problemType(code), title, status, detail: message, code, ...extra }
}

export function sendProblem(res: Response, refusal: RefusalError): void {
  if (refusal.retryAfterSeconds !== undefined) res.setHeader("Retry-After", refusal.retryAfterSeconds)
  if (refusal.status === 401) res.setHeader("WWW-Authenticate", challenge(res.req.headers.authorization))
  res.locals.code = refusal.code
  res
    .status(refusal.status)
    .type("application/problem+json")
    .send(JSON.stringify(problemDocument(refusal)))
}

/** As RFC 6750 requires: with a token the response says that it is invalid, without one only that one is needed. */
const challenge = (authorization: string | undefined) =>
  authorization === undefined ? 'Bearer realm="saleproof"' : 'Bearer realm="saleproof", error="invalid_token"'

/** The only place where an error becomes an answer. */
export function problemHandler({ logger }: { logger: Logger }): ErrorRequestHandler {
  // oxlint-disable-next-line max-params -- Express recognizes an error handler by its four parameters
  return (error: unknown, _req, res, _next) => {
    // Rejected while in progress: the response was sent already.
    if (res.writableEnded) return
    const refusal = toRefusal(error)
    const { cause } = refusal
    res.locals.cause = cause
    if (refusal.status === 500) {
      const { requestId, runId } = res.locals
      logger.error({ err: cause, sqlstate: sqlState(cause), requestId, runId }, "unexpected error")
    }
    if (res.headersSent) res.destroy()
    else sendProblem(res, refusal)
  }
}
