import { randomUUID } from "node:crypto"
import { createCompletionRate } from "./completion-rate.ts"
import type { CompletionRate } from "./completion-rate.ts"
import { createWaitingTokens } from "./waiting-token.ts"

/** How long after Retry-After a client may come back and still have its place. */
const GRACE_MS = 5_000
/** Places that a process remembers; beyond that, a request gets none. */
const MAX_PLACES = 20_000
/** Tokens of other processes that were used here. */
const MAX_FOREIGN = 50_000
const PRUNE_EVERY_MS = 100

type Place = { key: number; until: number }

/** Whether a request may enter, or where it stands: its token, and when to come back. */
export type Admission =
  | { admitted: true }
  | { admitted: false; retryAfterSeconds: number; token: string | undefined }

type WaitingRoomOptions = {
  /** Requests in progress. */
  limit: number
  /** Signs the tokens. Processes with one secret honor each other's; without one, each only its own. */
  secret?: string | undefined
  rate?: CompletionRate
  now?: () => number
}

/**
 * Admits at most `limit` requests at a time, in the order in which they first came: a request that finds no room gets a
 * signed token with its place, and room that comes free is kept for those who came before, as long as they come back in
 * time. Bounded: a place is a few bytes, there are at most 20,000, and a token that is forged, expired or used is as good
 * as none.
 */
export function createWaitingRoom({ limit, secret, now = Date.now, ...options }: WaitingRoomOptions) {
  const { rate = createCompletionRate({ now }) } = options
  const room = randomUUID()
  const tokens = createWaitingTokens({ secret, now })
  /** Ascending by key. */
  let places: Place[] = []
  const usedForeign = new Set<string>()
  let inProgress = 0
  let lastKey = 0
  let prunedAt = -Infinity

  function prune() {
    if (now() - prunedAt < PRUNE_EVERY_MS) return
    prunedAt = now()
    places = places.filter(({ until }) => until >= prunedAt)
  }

  /** Milliseconds come first, so that the places of several processes are in one order. */
  function nextKey(): number {
    lastKey = Math.max(lastKey + 1, Math.floor(now()) * 1_000)
    return lastKey
  }

  /** The key that a token stands for. One of this process counts while its place is here, a foreign one once. */
  function keyOf(text: string | undefined): number | undefined {
    const token = text === undefined ? undefined : tokens.read(text)
    if (!text || !token) return undefined
    if (token.room === room)
      return places[rankOf(places, token.key)]?.key === token.key ? token.key : undefined
    if (usedForeign.has(text)) return undefined
    if (usedForeign.size >= MAX_FOREIGN) usedForeign.delete(String(usedForeign.values().next().value))
    usedForeign.add(text)
    return token.key
  }

  function wait(key: number | undefined, rank: number): Admission {
    const ahead = rank + 1 - Math.max(0, limit - inProgress)
    const retryAfterSeconds = rate.secondsFor(ahead)
    const known = key !== undefined && places[rank]?.key === key
    if (!known && places.length >= MAX_PLACES) return { admitted: false, retryAfterSeconds, token: undefined }
    const place = { key: key ?? nextKey(), until: Math.floor(now()) + retryAfterSeconds * 1_000 + GRACE_MS }
    places.splice(rank, known ? 1 : 0, place)
    return { admitted: false, retryAfterSeconds, token: tokens.sign({ ...place, room }) }
  }

  return {
    enter(token: string | undefined): Admission {
      prune()
      // No request waits and there is room: a token, even a valid one, gains nothing.
      if (places.length === 0 && inProgress < limit) {
        inProgress++
        return { admitted: true }
      }
      const key = keyOf(token)
      const rank = key === undefined ? places.length : rankOf(places, key)
      if (rank >= limit - inProgress) return wait(key, rank)
      if (key !== undefined && places[rank]?.key === key) places.splice(rank, 1)
      inProgress++
      return { admitted: true }
    },
    /** A request that entered has ended. */
    leave(): void {
      inProgress--
      rate.completed()
    },
    waiting: () => places.length,
  }
}

/** How many places are before this key. */
function rankOf(places: readonly Place[], key: number): number {
  let low = 0
  let high = places.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((places[middle]?.key ?? Infinity) < key) low = middle + 1
    else high = middle
  }
  return low
}
