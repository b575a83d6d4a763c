import { knee } from "../stats/knee.ts"
import type { CapacityReport } from "./model.ts"
import { whatIsKnown } from "./search.ts"

/** What the steps so far come to: the load that was found, what broke first beyond it, and where p95 bends. */
export function findingsOf({
  steps,
  options,
}: Pick<CapacityReport, "steps" | "options">): Pick<CapacityReport, "found" | "firstBroken" | "knee"> {
  const found = whatIsKnown(options, steps)
  const breaking = steps.findLast(({ load, outcome }) => load === found.broken && outcome === "fail")
  const [broken] = breaking?.broken ?? []
  // Loads beyond the first that broke are overload, next to which every bend looks flat.
  const most = found.broken ?? Number.POSITIVE_INFINITY
  const points = steps.flatMap(({ load, p95, outcome }) =>
    p95 === null || outcome === "untrusted" || load > most ? [] : [{ x: load, y: p95 }],
  )
  return {
    found,
    firstBroken: breaking && broken ? { ...broken, load: breaking.load } : null,
    knee: knee(points)?.x ?? null,
  }
}
