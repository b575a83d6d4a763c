/**
 * The narrowest pair of order statistics that covers the median with at least 95 % (a sign test turned around); null for
 * fewer than six values, which cannot.
 */
export function medianInterval(values: readonly number[]): [number, number] | null {
  const sorted = values.toSorted((a, b) => a - b)
  const n = sorted.length
  let tail = 0
  let found: [number, number] | null = null
  for (let skipped = 0; skipped < n / 2; skipped += 1) {
    tail += choose(n, skipped) / 2 ** n
    if (2 * tail > 0.05) break
    found = [sorted[skipped]!, sorted[n - 1 - skipped]!]
  }
  return found
}

function choose(n: number, k: number): number {
  let ways = 1
  for (let index = 0; index < k; index += 1) ways = (ways * (n - index)) / (index + 1)
  return ways
}
