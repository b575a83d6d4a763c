import type { Request, RequestHandler, Response } from "express"
import { sqlState } from "../infra/db-errors.ts"
import type { Logger } from "../infra/logger.ts"
import type { Metrics } from "../infra/metrics.ts"
import { routeOf } from "./route.ts"

const MAX_CAUSE = 200

type Observed = { logger: Logger; metrics: Metrics; now?: () => number }

/** One histogram sample per request, and one log line up to 50 per second; a fault is always logged. */
export function observe({ logger, metrics, now = () => performance.now() }: Observed): RequestHandler {
  const sample = createSampler({ linesPerSecond: 50, now })
  const seconds = createLabeled(metrics.requestSeconds)
  return (req, res, next) => {
    const startedAt = now()
    metrics.inFlight.inc()
    res.on("close", () => {
      metrics.inFlight.dec()
      const durationMs = now() - startedAt
      const route = routeOf(req)
      seconds(req.method, route, res.statusCode).observe(durationMs / 1000)
      if (res.locals.code !== undefined) metrics.refusals.labels(String(res.locals.code)).inc()
      const skipped = isFault(res.statusCode) ? 0 : sample()
      if (skipped !== undefined) logger.info(lineOf(req, res, { route, durationMs, skipped }), "request")
    })
    next()
  }
}

type RequestSeconds = Metrics["requestSeconds"]
type Labeled = ReturnType<RequestSeconds["labels"]>

/** The histogram of one method, route and status. Finding it by its labels costs more than to observe, so it is kept. */
function createLabeled(histogram: RequestSeconds) {
  const known = new Map<string, Labeled>()
  return (method: string, route: string, status: number): Labeled => {
    const name = `${status} ${method} ${route}`
    const found = known.get(name) ?? histogram.labels(method, route, String(status))
    known.set(name, found)
    return found
  }
}

/** Each is logged. Most 503 come from an overloaded shop, so those are sampled. */
const isFault = (status: number) => status >= 500 && status !== 503

function lineOf(req: Request, res: Response, seen: { route: string; durationMs: number; skipped: number }) {
  return {
    requestId: res.locals.requestId,
    runId: res.locals.runId,
    traceId: res.locals.traceId,
    method: req.method,
    route: seen.route,
    status: res.statusCode,
    code: res.locals.code,
    ...causeOf(res.locals.cause),
    ms: Math.round(seen.durationMs * 10) / 10,
    aborted: res.writableFinished ? undefined : true,
    skipped: seen.skipped || undefined,
  }
}

/** Why the request was refused, when a dependency caused it: the last line of the message, where Prisma says it. */
function causeOf(cause: unknown) {
  if (!(cause instanceof Error)) return undefined
  return { cause: cause.message.trim().split("\n").at(-1)?.slice(0, MAX_CAUSE), sqlstate: sqlState(cause) }
}

/** Answers how many lines were left out since the last one, or undefined when this one is to be left out too. */
function createSampler({ linesPerSecond, now }: { linesPerSecond: number; now: () => number }) {
  let windowStart = now()
  let lines = 0
  let skipped = 0
  return () => {
    if (now() - windowStart >= 1000) {
      windowStart = now()
      lines = 0
    }
    if (lines >= linesPerSecond) {
      skipped++
      return undefined
    }
    lines++
    const since = skipped
    skipped = 0
    return since
  }
}
