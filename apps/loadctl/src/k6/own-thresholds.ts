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
    })),
  )
}

function sorted<T>(entries: Readonly<Record<string, T>>): [string, T][] {
  return Object.entries(entries).toSorted(([a], [b]) => (a < b ? -1 : 1))
}

/** The figure on a threshold's left side, as the summary names it: "p(95)<200" is about p95. */
function valueOf(source: string, values: Record<string, number>): number | null {
  const [, stat = ""] = /^\s*([a-z]+(?:\([\d.]+\))?)/.exec(source) ?? []
  const key = stat === "p(50)" ? "med" : stat.replace(/^p\(([\d.]+)\)$/, "p$1")
  return values[key] ?? null
}
