import { knee } from "../stats/knee.ts"
import type { CapacityReport } from "./model.ts"
import { whatIsKnown } from "./search.ts"
import { fitScalability } from "../stats/scalability.ts"
import { mean } from "../stats/spread.ts"
import { isFallingBehind } from "../stats/steady.ts"
import type { CapacityStep, LoadUnit } from "./model.ts"

type Findings = Pick<
  CapacityReport,
  "capacity" | "atLeast" | "found" | "firstBroken" | "scalability" | "knee"
>

/** What the steps so far come to: the load that was found, what broke first beyond it, and how throughput grows. */
export function findingsOf({
  steps,
  options,
  unit,
}: Pick<CapacityReport, "steps" | "options" | "unit">): Findings {
  const found = whatIsKnown(options, steps)
  const breaking = steps.findLast(({ load, outcome }) => load === found.broken && outcome === "fail")
  const [broken] = breaking?.broken ?? []
  // Loads beyond the first that broke are overload, next to which every bend looks flat.
  const most = found.broken ?? Number.POSITIVE_INFINITY
  const points = steps.flatMap(({ load, p95, outcome }) =>
    p95 === null || outcome === "untrusted" || load > most ? [] : [{ x: load, y: p95 }],
  )
  return {
    capacity: found.load,
    atLeast: found.load !== null && found.broken === null,
    found,
    scalability: fitScalability(steps.flatMap((step) => scalabilityPoint(step, unit))),
    firstBroken: breaking && broken ? { ...broken, load: breaking.load } : null,
    knee: knee(points)?.x ?? null,
  }
}

/** Concurrency and throughput of a step; of arrivals only where as many were completed as came. */
export function scalabilityPoint(
  { load, outcome, inFlight, iterationRate, requests }: CapacityStep,
  unit: LoadUnit,
): { concurrency: number; throughput: number }[] {
  if (outcome === "untrusted" || iterationRate === null || iterationRate <= 0) return []
  if (unit === "VUs") return [{ concurrency: load, throughput: iterationRate }]
  if (inFlight === null || isFallingBehind(inFlight, requests)) return []
  const concurrency = mean(inFlight)
  return concurrency > 0 ? [{ concurrency, throughput: iterationRate }] : []
}
