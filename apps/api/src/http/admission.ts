import type { RequestHandler, Response } from "express"
import { RefusalError } from "../errors.ts"
import { problemDocument } from "./problem.ts"
import { ANYBODY } from "./waiting-room.ts"
import type { Waiter } from "./waiting-room.ts"
import { createRetrySlots, createRoomRate } from "./room-rate.ts"

/** Probes and metrics, which are answered under any load. */
export const EXEMPT = new Set(["/healthz", "/readyz", "/metrics"])

export const WAITING_TOKEN = "Waiting-Token"

const TOO_MANY = new RefusalError("OVERLOADED", "Too many requests in progress", { retryAfterSeconds: 1 })
// Made once: refusing must cost least when there is most to do.
const BODY = Buffer.from(JSON.stringify(problemDocument(TOO_MANY)))
const HEADERS = {
  "Content-Type": "application/problem+json; charset=utf-8",
  "Content-Length": BODY.length,
}

/** When a request that is rejected may come back, and what keeps its place. */
type Rejected = { retryAfterSeconds: number; token?: string | undefined }
type Entered = { admitted: true } | ({ admitted: false } & Rejected)

/** Whoever enters leaves when the response has ended, so many ms later. */
export type Gate = {
  enter: (token: string | undefined, waiter: Waiter) => Entered
  leave: (afterMs: number) => void
}

/**
 * Rejects requests above a limit at once, before anything is read: clients time out before a longer queue ends.
 * Retry-After says when those that were rejected before will have been served.
 */
export function admission({ limit }: { limit: number }): RequestHandler {
  const gate = createGate(limit)
  return (req, res, next) => {
    if (EXEMPT.has(req.path) || admit(gate, gate.enter(undefined, ANYBODY), res)) next()
  }
}

/** Whether a request was admitted; if not, it was answered. */
export function admit(gate: Gate, entered: Entered, res: Response): boolean {
  if (entered.admitted) {
    const since = performance.now()
    res.on("close", () => gate.leave(performance.now() - since))
  } else reject(res, entered)
  return entered.admitted
}

function reject(res: Response, { retryAfterSeconds, token }: Rejected): void {
  res.locals.code = TOO_MANY.code
  if (token !== undefined) res.setHeader(WAITING_TOKEN, token)
  res.writeHead(TOO_MANY.status, { ...HEADERS, "Retry-After": retryAfterSeconds }).end(BODY)
}

const ENTERED = { admitted: true } as const

/** A limit of requests in progress, without places: a request enters when there is room. */
export function createGate(limit: number): Gate {
  const rate = createRoomRate({ limit })
  const nextSlot = createRetrySlots({ rate })
  let inProgress = 0
  return {
    enter() {
      if (inProgress >= limit) return { admitted: false, retryAfterSeconds: nextSlot() }
      inProgress++
      return ENTERED
    },
    leave(afterMs) {
      inProgress--
      rate.ended(afterMs)
    },
  }
}
