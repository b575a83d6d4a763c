import { AsyncLocalStorage } from "node:async_hooks"
import { setTimeout as sleep } from "node:timers/promises"
import { ROOT_CONTEXT, SpanKind, SpanStatusCode, defaultTextMapGetter, trace } from "@opentelemetry/api"
import type { Context, Span, Tracer } from "@opentelemetry/api"
import { W3CTraceContextPropagator } from "@opentelemetry/core"
import type { RequestHandler } from "express"
import { routeOf } from "../http/route.ts"
import { sqlState } from "../infra/db-errors.ts"
import type { Logger } from "../infra/logger.ts"
import type { OrderCommand } from "../orders/decide.ts"
import type { PlaceOrder } from "../orders/strategies/strategy.ts"
import type { OrderMetrics } from "../orders/order-metrics.ts"
import { createProvider } from "./provider.ts"

// Of the 9 s within which the process ends.
const STOP_WITHIN_MS = 2_000

export type Tracing = ReturnType<typeof createTracing>

/**
 * Spans around a request, the commit of a batch and a job. They are made by hand: what patches modules as they load
 * does not see those that are imported, and a batch belongs to many requests.
 */
export function createTracing(options: { process: "api" | "worker"; logger: Logger }) {
  const provider = createProvider(options)
  const tracer = provider.getTracer("saleproof")
  const current = new AsyncLocalStorage<Span>()
  return {
    ...requestSpans(tracer, current),
    ...orderSpans(tracer, current),
    /** Runs a job in a trace of its own. */
    job: <T>(name: string, run: () => Promise<T>): Promise<T> =>
      within(tracer.startSpan(name, { kind: SpanKind.CONSUMER }, ROOT_CONTEXT), run),
    /** Sends what has not been sent yet, if the collector accepts it soon. */
    stop: () => Promise.race([provider.shutdown().catch(() => undefined), sleep(STOP_WITHIN_MS)]),
  }
}

function requestSpans(tracer: Tracer, current: AsyncLocalStorage<Span>) {
  const propagator = new W3CTraceContextPropagator()
  const spans = new WeakMap<object, Span>()

  /** Begins the request's span, in the trace of the caller when there is a `traceparent`. */
  const begin: RequestHandler = (req, res, next) => {
    const caller = propagator.extract(ROOT_CONTEXT, req.headers, defaultTextMapGetter)
    const span = tracer.startSpan(req.method, { kind: SpanKind.SERVER, attributes: askedOf(req) }, caller)
    spans.set(res, span)
    res.locals.traceId = span.spanContext().traceId
    res.once("close", () => {
      const route = routeOf(req)
      span.updateName(`${req.method} ${route}`)
      span.setAttributes({ "http.route": route, "http.response.status_code": res.statusCode })
      if (res.locals.code !== undefined) span.setAttribute("saleproof.problem.code", String(res.locals.code))
      if (res.locals.runId !== undefined) span.setAttribute("saleproof.run.id", String(res.locals.runId))
      span.setAttribute("saleproof.request.id", String(res.locals.requestId))
      if (res.statusCode >= 500) span.setStatus({ code: SpanStatusCode.ERROR })
      span.end()
    })
    next()
  }

  /** Makes it the current span; once the body was read, because the end of a body comes from outside. */
  const enter: RequestHandler = (_req, res, next) => {
    const span = spans.get(res)
    if (span) current.run(span, next)
    else next()
  }
  return { begin, enter }
}

const askedOf = ({ method, path }: { method: string; path: string }) => ({
  "http.request.method": method,
  "url.path": path,
})

function orderSpans(tracer: Tracer, current: AsyncLocalStorage<Span>) {
  const spans = new WeakMap<OrderCommand, Span>()
  const contextOf = (span: Span | undefined): Context =>
    span ? trace.setSpan(ROOT_CONTEXT, span) : ROOT_CONTEXT

  /** Remembers whose request an order belongs to, as a batch commits the orders of many requests. */
  const tracePlacing =
    (place: PlaceOrder): PlaceOrder =>
    (command, request) => {
      const span = current.getStore()
      if (span) spans.set(command, span)
      return place(command, request)
    }

  /** The commit is a part of the first order's trace, and linked with the spans of the others. */
  const traceCommits = (orderMetrics: OrderMetrics): OrderMetrics => ({
    queue: orderMetrics.queue,
    commit(jobs, run) {
      const [first, ...others] = jobs.flatMap(({ command }) => spans.get(command) ?? [])
      const span = tracer.startSpan(
        "commit orders",
        {
          attributes: { "saleproof.batch.size": jobs.length },
          links: others.map((other) => ({ context: other.spanContext() })),
        },
        contextOf(first),
      )
      for (const other of others) other.addLink({ context: span.spanContext() })
      return within(span, () => orderMetrics.commit(jobs, run))
    },
  })
  return { tracePlacing, traceCommits }
}

/** Ends the span with the work. Of an error it says only the kind: a message may hold what a customer sent. */
async function within<T>(span: Span, run: () => Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (error) {
    const kind = sqlState(error) ?? (error instanceof Error ? error.name : "unknown")
    span.setAttribute("error.type", kind).setStatus({ code: SpanStatusCode.ERROR })
    throw error
  } finally {
    span.end()
  }
}
