type CachedReadOptions<T> = { read: () => Promise<T>; maxAgeMs: number; now?: () => number }

/**
 * Callers share one read, and its result until it is `maxAgeMs` old, counted from when the read began. What failed is
 * not kept.
 */
export function createCachedRead<T>({
  read,
  maxAgeMs,
  now = () => performance.now(),
}: CachedReadOptions<T>): () => Promise<T> {
  let kept: { since: number; result: Promise<T>; settled: boolean } | undefined

  return () => {
    if (kept && (!kept.settled || now() - kept.since < maxAgeMs)) return kept.result
    const started = { since: now(), result: read(), settled: false }
    kept = started
    started.result.then(
      () => (started.settled = true),
      () => (kept = kept === started ? undefined : kept),
    )
    return started.result
  }
}
