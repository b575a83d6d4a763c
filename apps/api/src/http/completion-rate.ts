import assert from "node:assert/strict"

const WINDOW_MS = 5_000
const BUCKET_MS = 500
/** As many as a window touches. They are used again, so that their number does not grow. */
const BUCKETS = WINDOW_MS / BUCKET_MS + 1
const MAX_SECONDS = 60

/**
 * How many requests end per second, over the last five; and from that, in how many whole seconds a place in a queue comes
 * up: at least 1, at most 60. While nothing ends, one per second is assumed.
 */
export function createCompletionRate({ now = () => performance.now() }: { now?: () => number } = {}) {
  const ring = Array.from({ length: BUCKETS }, () => ({ bucket: -1, ended: 0 }))
  let startedAt: number | undefined

  function perSecond(): number {
    if (startedAt === undefined) return 1
    const at = now()
    const recent = ring.filter(({ bucket }) => bucket * BUCKET_MS >= at - WINDOW_MS)
    const ended = recent.reduce((sum, slot) => sum + slot.ended, 0)
    const seconds = Math.min(WINDOW_MS, Math.max(1_000, at - startedAt)) / 1_000
    return Math.max(1, ended / seconds)
  }

  return {
    completed(): void {
      startedAt ??= now()
      const bucket = Math.floor(now() / BUCKET_MS)
      const slot = ring[bucket % BUCKETS]
      assert(slot, "time does not go below 0")
      if (slot.bucket !== bucket) Object.assign(slot, { bucket, ended: 0 })
      slot.ended++
    },
    /** Whole seconds until this many requests have ended. */
    secondsFor: (requests: number): number =>
      Math.min(MAX_SECONDS, Math.max(1, Math.ceil(requests / perSecond()))),
    perSecond,
  }
}

export type CompletionRate = ReturnType<typeof createCompletionRate>

/**
 * When rejected requests may come back: each takes the next slot of a queue that goes as fast as requests end, so that
 * they come back spread out, and not all at once.
 */
export function createRetrySlots({
  now = () => performance.now(),
  rate,
}: {
  now?: () => number
  rate: CompletionRate
}) {
  let nextAt = -Infinity
  return (): number => {
    const at = now()
    nextAt = Math.min(Math.max(nextAt, at) + 1_000 / rate.perSecond(), at + MAX_SECONDS * 1_000)
    return Math.max(1, Math.ceil((nextAt - at) / 1_000))
  }
}
