import { randomUUID } from "node:crypto"
import { createRoomRate } from "./room-rate.ts"
import { createWaitingPlaces } from "./waiting-places.ts"
import type { Ticket, WaitingPlaces } from "./waiting-places.ts"
import { createWaitingTokens } from "./waiting-token.ts"
import type { WaitingTokens } from "./waiting-token.ts"

/** How long after Retry-After a client may come back and still have its place. */
const GRACE_MS = 5_000
/** Places that a process remembers; beyond that, a request gets none. */
const MAX_PLACES = 20_000
/** Places that were used, of which a process knows that they are; older ones have expired. */
const MAX_USED = 100_000
const PRUNE_EVERY_MS = 100

/** Who waits: a token is good for its owner alone, and with `onePlace` all that the owner asks for shares one place. */
export type Waiter = { owner: string; onePlace: boolean }
export const ANYBODY: Waiter = { owner: "", onePlace: false }

/** Whether a request may enter, or where it stands: its token, and when to come back. */
export type Admission =
  | { admitted: true }
  | { admitted: false; retryAfterSeconds: number; token: string | undefined }

type WaitingRoomOptions = {
  /** Requests in progress. */
  limit: number
  /** Signs the tokens. Processes with one secret honor each other's; without one, each only its own. */
  secret?: string | undefined
  now?: () => number
}

/**
 * Admits at most `limit` requests at a time, in the order in which they first came: a request that finds no room gets a
 * signed token with its place, and room that comes free is kept for those who came before, as long as they come back in
 * time. Bounded: a place is a few bytes, there are at most 20,000, and a token that is forged, expired, used or another
 * owner's is as good as none.
 */
export function createWaitingRoom({ limit, secret, now = Date.now }: WaitingRoomOptions) {
  const rate = createRoomRate({ limit })
  const room = randomUUID()
  const tokens = createWaitingTokens({ secret, now })
  const places = createWaitingPlaces()
  const tickets = createTickets({ tokens, places })
  let inProgress = 0
  let lastKey = 0
  let prunedAt = -Infinity

  function prune() {
    if (now() - prunedAt < PRUNE_EVERY_MS) return
    prunedAt = now()
    places.dropBefore(prunedAt)
  }

  /** Milliseconds come first, so that the places of several processes are in one order. */
  function nextTicket(): Ticket {
    lastKey = Math.max(lastKey + 1, Math.floor(now()) * 1_000)
    return { key: lastKey, room }
  }

  function wait(ticket: Ticket | undefined, rank: number, { owner, onePlace }: Waiter): Admission {
    const ahead = rank + 1 - Math.max(0, limit - inProgress)
    const retryAfterSeconds = rate.secondsFor(ahead)
    if (!(ticket && places.has(ticket)) && places.count() >= MAX_PLACES)
      return { admitted: false, retryAfterSeconds, token: undefined }
    const until = Math.floor(now()) + retryAfterSeconds * 1_000 + GRACE_MS
    const place = { ...(ticket ?? nextTicket()), until, heldBy: onePlace ? owner : undefined }
    places.keep(place)
    return { admitted: false, retryAfterSeconds, token: tokens.sign(place, owner) }
  }

  return {
    enter(token: string | undefined, waiter: Waiter = ANYBODY): Admission {
      prune()
      // No request waits and there is room: a token, even a valid one, gains nothing.
      if (places.count() === 0 && inProgress < limit) {
        inProgress++
        return { admitted: true }
      }
      const ticket = tickets.find(token, waiter)
      const rank = ticket ? places.rankOf(ticket) : places.count()
      if (rank >= limit - inProgress) return wait(ticket, rank, waiter)
      if (ticket) tickets.use(ticket)
      inProgress++
      return { admitted: true }
    },
    /** A request that entered has ended, so many ms later. */
    leave(afterMs: number): void {
      inProgress--
      rate.ended(afterMs)
    },
    waiting: places.count,
  }
}

type TicketsDeps = { tokens: WaitingTokens; places: WaitingPlaces }

/** Finds the place that a request comes for, and remembers those that were used. */
function createTickets({ tokens, places }: TicketsDeps) {
  const used = new Set<string>()
  const nameOf = ({ key, room }: Ticket) => `${key}.${room}`

  function shown(text: string, owner: string): Ticket | undefined {
    const token = tokens.read(text, owner)
    return token && !used.has(nameOf(token)) ? token : undefined
  }

  return {
    find(text: string | undefined, { owner, onePlace }: Waiter): Ticket | undefined {
      const ticket = text === undefined ? undefined : shown(text, owner)
      const held = onePlace ? places.heldBy(owner) : undefined
      if (!ticket || !held) return ticket ?? held
      // Who comes with the place of another process gives up the one that it holds here.
      if (nameOf(ticket) !== nameOf(held)) places.drop(held)
      return ticket
    },
    use(ticket: Ticket): void {
      places.drop(ticket)
      if (used.size >= MAX_USED) used.delete(String(used.values().next().value))
      used.add(nameOf(ticket))
    },
  }
}
