import type { Request, RequestHandler, Response } from "express"
import { RefusalError } from "../errors.ts"
import { createCompletionRate, createRetrySlots } from "./completion-rate.ts"
import { problemDocument } from "./problem.ts"
import { createWaitingRoom } from "./waiting-room.ts"

/** Probes and metrics, which are answered under any load. */
export const EXEMPT = new Set(["/healthz", "/readyz", "/metrics"])

const WAITING_TOKEN = "Waiting-Token"

const TOO_MANY = new RefusalError("OVERLOADED", "Too many requests in progress", { retryAfterSeconds: 1 })
// Made once: refusing must cost least when there is most to do.
const BODY = Buffer.from(JSON.stringify(problemDocument(TOO_MANY)))
const HEADERS = {
  "Content-Type": "application/problem+json; charset=utf-8",
  "Content-Length": BODY.length,
}

type Limits = {
  /** Requests in progress. */
  limit: number
  /** Orders among them: each waits for a place in a batch, so their number is how long the last one waits. */
  orderLimit: number
  /** Keeps places for orders that were rejected; see createWaitingRoom. */
  waitingRoom?: { secret?: string | undefined } | undefined
}

/** When a request that is rejected may come back, and what keeps its place. */
type Rejected = { retryAfterSeconds: number; token?: string | undefined }
type Gate = {
  enter: (token: string | undefined) => { admitted: true } | ({ admitted: false } & Rejected)
  leave: () => void
}

/**
 * Rejects requests above a limit at once, before anything is read: clients time out before a longer queue ends.
 * Retry-After says when those that were rejected before will have been served.
 */
export function admission({ limit, orderLimit, waitingRoom }: Limits): RequestHandler {
  const all = createCounter(limit)
  const orders = waitingRoom
    ? createWaitingRoom({ limit: orderLimit, ...waitingRoom })
    : createGate(createCounter(orderLimit))
  return (req, res, next) => {
    const { path } = req
    if (EXEMPT.has(path)) return next()
    if (all.isFull()) return reject(res, { retryAfterSeconds: all.nextSlot() })
    const isOrder = path === "/orders" && req.method === "POST"
    const entered = isOrder ? orders.enter(tokenOf(req)) : ENTERED
    if (!entered.admitted) return reject(res, entered)
    all.begin()
    res.on("close", () => {
      all.end()
      if (isOrder) orders.leave()
    })
    next()
  }
}

const ENTERED = { admitted: true } as const

function tokenOf({ headers }: Request): string | undefined {
  const token = headers[WAITING_TOKEN.toLowerCase()]
  return typeof token === "string" ? token : undefined
}

function reject(res: Response, { retryAfterSeconds, token }: Rejected): void {
  res.locals.code = TOO_MANY.code
  if (token !== undefined) res.setHeader(WAITING_TOKEN, token)
  res.writeHead(TOO_MANY.status, { ...HEADERS, "Retry-After": retryAfterSeconds }).end(BODY)
}

/** Requests in progress, and in how many seconds one that is rejected now may come back. */
function createCounter(limit: number) {
  const rate = createCompletionRate()
  let inProgress = 0
  return {
    isFull: () => inProgress >= limit,
    begin: () => void inProgress++,
    end() {
      inProgress--
      rate.completed()
    },
    nextSlot: createRetrySlots({ rate }),
  }
}

/** A limit without places: a request enters when there is room. */
const createGate = (counter: ReturnType<typeof createCounter>): Gate => ({
  enter() {
    if (counter.isFull()) return { admitted: false, retryAfterSeconds: counter.nextSlot() }
    counter.begin()
    return ENTERED
  },
  leave: () => counter.end(),
})
