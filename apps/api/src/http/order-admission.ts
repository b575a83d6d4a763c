import type { Request, RequestHandler } from "express"
import type { Caller } from "../auth/access.ts"
import { authenticationOf } from "../auth/authentication.ts"
import { WAITING_TOKEN, admit, createGate } from "./admission.ts"
import { ANYBODY, createWaitingRoom } from "./waiting-room.ts"
import type { Waiter } from "./waiting-room.ts"

type OrderLimits = {
  /** Orders in progress: each waits for a place in a batch, so their number is how long the last one waits. */
  limit: number
  /** Keeps places for orders that were rejected; see createWaitingRoom. */
  waitingRoom?: { secret?: string | undefined } | undefined
}

/**
 * Rejects orders above a limit before their bodies are read. With AUTH=jwt it comes after the token was checked: a caller
 * has one place, and a request without a valid token, which is refused anyway, takes none.
 */
export function orderAdmission({ limit, waitingRoom }: OrderLimits): RequestHandler {
  const gate = waitingRoom ? createWaitingRoom({ limit, ...waitingRoom }) : createGate(limit)
  return (req, res, next) => {
    if (!isOrder(req)) return next()
    // Its client has left while the token was checked: no event would say again that it ended.
    if (res.closed) return
    const authenticated = authenticationOf(res)
    if (authenticated && "refusal" in authenticated) return next()
    const waiter = authenticated ? waiterOf(authenticated.caller) : ANYBODY
    if (admit(gate, gate.enter(tokenOf(req), waiter), res)) next()
  }
}

/** A till orders for many users at a time. */
const waiterOf = ({ subject, scopes }: Caller): Waiter => ({
  owner: subject,
  onePlace: !scopes.has("shop:till"),
})

// Express finds its routes whatever the case, and with a slash at the end.
const ORDERS = /^\/orders\/?$/i

const isOrder = ({ method, path }: Request) => method === "POST" && ORDERS.test(path)

function tokenOf({ headers }: Request): string | undefined {
  const token = headers[WAITING_TOKEN.toLowerCase()]
  return typeof token === "string" ? token : undefined
}
