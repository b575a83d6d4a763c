import type { ThresholdResult } from "../stats/model.ts"
import type { K6Summary } from "./summary.ts"

/**
 * The script's own thresholds with what came of them, in alphabetical order (k6 gives them in a random one). k6 takes those of its configuration file, which loadctl made,
 * only when the script has none, and then all of them: where one is missing, every one that is there is the script's.
 */
export function ownThresholds(
  { metrics }: K6Summary,
  generated: Readonly<Record<string, readonly string[]>>,
): ThresholdResult[] {
  const areGenerated = Object.entries(generated).every(([metric, sources]) => {
    const found = Object.keys(metrics[metric]?.thresholds ?? {})
    return found.length === sources.length && sources.every((source) => found.includes(source))
  })
  if (areGenerated && Object.keys(generated).length > 0) return []
  return sorted(metrics).flatMap(([metric, { values, thresholds }]) =>
    sorted(thresholds).map(([source, { ok }]) => ({
      metric,
      source,
      value: valueOf(source, values),
      ok,
      ...(ok && isAboutNothing(metric, source, values) ? { empty: true as const } : {}),
    })),
  )
}

function sorted<T>(entries: Readonly<Record<string, T>>): [string, T][] {
  return Object.entries(entries).toSorted(([a], [b]) => (a < b ? -1 : 1))
}

// Of failures there may be none; to limit how long they take is no mistake.
const OF_FAILURES = /[{,]\s*(?:status|expected_response|error|error_code):/
const AT_MOST = /^\s*(?:p\(|avg|min|med|max|rate)[^<>=]*(?:<|==)/

/**
 * Whether an upper limit was kept because there was nothing to compare it with: k6 takes 0 then. A rate of the script's
 * own that was never added to may be one of errors.
 */
function isAboutNothing(metric: string, source: string, values: Record<string, number>): boolean {
  const isEmpty =
    "avg" in values ? values["count"] === 0 : values["total"] === 0 && metric.startsWith("http_req_failed")
  return isEmpty && AT_MOST.test(source) && !OF_FAILURES.test(metric)
}

/** The figure on a threshold's left side, as the summary names it: "p(95)<200" is about p95. */
function valueOf(source: string, values: Record<string, number>): number | null {
  const [, stat = ""] = /^\s*([a-z]+(?:\([\d.]+\))?)/.exec(source) ?? []
  const key = stat === "p(50)" ? "med" : stat.replace(/^p\(([\d.]+)\)$/, "p$1")
  return values[key] ?? null
}
