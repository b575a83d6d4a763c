type CachedReadOptions<T> = {
  read: () => Promise<T>
  /** Older results are read again. */
  freshMs: number
  /** A result is served while it is read again, until it is this old. */
  maxAgeMs: number
  now?: () => number
}

type Reading<T> = { since: number; result: Promise<T> }

/**
 * Callers share one read, and its result while it is fresh. One that is older is served once more while the next is
 * being read, so that no caller waits for a read unless there is no result of the last `maxAgeMs`. Ages count from when
 * the read began. What failed is not kept.
 */
export function createCachedRead<T>(options: CachedReadOptions<T>): () => Promise<T> {
  const { read, freshMs, maxAgeMs, now = () => performance.now() } = options
  let kept: Reading<T> | undefined
  let reading: Reading<T> | undefined

  function begin(): Reading<T> {
    const began = { since: now(), result: read() }
    reading = began
    void settle(began)
    return began
  }

  async function settle(began: Reading<T>): Promise<void> {
    try {
      await began.result
      kept = began
    } catch {
      // Requests that wait for it get the error; what is kept may be served for a while.
    }
    reading = undefined
  }

  return () => {
    const ageMs = kept ? now() - kept.since : Infinity
    if (kept && ageMs < freshMs) return kept.result
    const next = reading ?? begin()
    return kept && ageMs < maxAgeMs ? kept.result : next.result
  }
}
