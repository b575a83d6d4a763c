const MAX_SECONDS = 60
/** Assumed of the first ones. */
const STAY_MS = 1_000
/** Requests over which the mean is taken. */
const MEMORY = 100

/**
 * How fast room comes free while `limit` requests are in progress, from how long requests stay: so many leave per stay. What
 * ended lately would not say it: before a sale opens little ends, because little is asked for. And from that, in how many
 * whole seconds a place in a queue comes up: at least 1, at most 60.
 */
export function createRoomRate({ limit }: { limit: number }) {
  let stayMs = STAY_MS
  let seen = 0
  const perSecond = () => Math.max(1, (limit * 1_000) / Math.max(1, stayMs))
  return {
    /** A request has ended that was in progress for so long. */
    ended(afterMs: number): void {
      seen = Math.min(seen + 1, MEMORY)
      stayMs += (afterMs - stayMs) / seen
    },
    perSecond,
    /** Whole seconds until this many requests have ended. */
    secondsFor: (requests: number): number =>
      Math.min(MAX_SECONDS, Math.max(1, Math.ceil(requests / perSecond()))),
  }
}

export type RoomRate = ReturnType<typeof createRoomRate>

/**
 * When rejected requests may come back: each takes the next slot of a queue that goes as fast as room comes free, so that
 * they come back spread out, and not all at once.
 */
export function createRetrySlots({
  now = () => performance.now(),
  rate,
}: {
  now?: () => number
  rate: RoomRate
}) {
  let nextAt = -Infinity
  return (): number => {
    const at = now()
    nextAt = Math.min(Math.max(nextAt, at) + 1_000 / rate.perSecond(), at + MAX_SECONDS * 1_000)
    return Math.max(1, Math.ceil((nextAt - at) / 1_000))
  }
}
