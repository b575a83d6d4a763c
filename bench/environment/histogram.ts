import assert from "node:assert/strict"

/** Upper bounds of a Prometheus histogram (of the metric's own unit), each with how many samples were at most that. */
export type Buckets = ReadonlyMap<number, number>

/** The buckets of the histogram `name` without other labels, as /metrics prints them. */
export function parseBuckets(text: string, name: string): Buckets {
  const lines = text.matchAll(new RegExp(`^${name}_bucket\\{le="([^"]+)"[^}]*\\} (\\d+)$`, "gm"))
  return new Map(
    [...lines].map(([, bound, count]) => [bound === "+Inf" ? Infinity : Number(bound), Number(count)]),
  )
}

/** The bound below which at least the share `quantile` of the samples between two looks was; null without samples. */
export function boundOf(quantile: number, before: Buckets, after: Buckets): number | null {
  const counts = [...after].map(([bound, count]) => [bound, count - (before.get(bound) ?? 0)] as const)
  if (counts.length === 0) return null
  const total = counts.find(([bound]) => bound === Infinity)?.[1]
  assert(total !== undefined, "a histogram has a bucket without an upper bound")
  if (total === 0) return null
  return counts.find(([, count]) => count >= quantile * total)?.[0] ?? null
}
