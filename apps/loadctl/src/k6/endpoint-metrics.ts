import type { K6Summary } from "./summary.ts"

/** What k6's summary knows about one endpoint or about all of a run; null where it keeps no such figure. */
export type K6Figures = {
  n: number
  p50: number | null
  p95: number | null
  p99: number | null
  max: number | null
  failed: number | null
}

/**
 * The figures of one selector (`{}` is the whole run, setup included). k6 keeps a sub-metric only where a threshold
 * names it, so the answer is null for an endpoint that no threshold is about.
 */
export function k6Figures(summary: K6Summary, tags: Record<string, string>): K6Figures | null {
  const metric = (name: string) => summary.metrics[findMetric(summary, name, tags) ?? ""]?.values
  const duration = metric("http_req_duration")
  const failures = metric("http_req_failed")
  // Which of the three k6 keeps depends on the thresholds; each of them has seen every request.
  const n = metric("http_reqs")?.["count"] ?? duration?.["count"] ?? failures?.["total"]
  if (n === undefined) return null
  const latency = (key: string): number | null => (n === 0 ? null : (duration?.[key] ?? null))
  return {
    n,
    p50: latency("med"),
    p95: latency("p95"),
    p99: latency("p99"),
    max: latency("max"),
    failed: failures?.["matches"] ?? null,
  }
}

function findMetric(summary: K6Summary, metric: string, tags: Record<string, string>): string | undefined {
  const wanted = selectorKey(tags)
  return Object.keys(summary.metrics).find((key) => {
    const [, name, selector] = /^([^{]+)(?:\{(.*)\})?$/s.exec(key) ?? []
    return name === metric && selectorKey(parseSelector(selector ?? "")) === wanted
  })
}

/** k6 splits a selector at commas and each tag at its first colon; values may be quoted. */
function parseSelector(selector: string): Record<string, string> {
  const tags = selector.split(",").flatMap((part) => {
    const colon = part.indexOf(":")
    if (colon < 0) return []
    const value = part
      .slice(colon + 1)
      .trim()
      .replaceAll(/^["']|["']$/g, "")
    return [[part.slice(0, colon).trim(), value] as const]
  })
  return Object.fromEntries(tags)
}

function selectorKey(tags: Record<string, string>): string {
  return JSON.stringify(Object.entries(tags).toSorted(([a], [b]) => a.localeCompare(b)))
}
