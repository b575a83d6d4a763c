import type { Outcome } from "../sla/judge.ts"
import { median, sum } from "../stats/spread.ts"
import type { AbEndpoint, AbRun, SideSummary } from "./model.ts"
import type { SideName } from "./order.ts"

/** What each side came to, in their order. Runs that are invalid are counted and left out of every figure. */
export function summarizeSides(runs: readonly AbRun[], sides: readonly SideName[]): SideSummary[] {
  const summaries = sides.map((side) =>
    summarize(
      side,
      runs.filter((run) => run.side === side),
    ),
  )
  const [first] = summaries
  return summaries.map((summary) =>
    first === undefined || summary === first
      ? summary
      : { ...summary, ratio: { rate: over(summary.rate, first.rate), p95: over(summary.p95, first.p95) } },
  )
}

function summarize(side: SideName, runs: readonly AbRun[]): SideSummary {
  const trusted = runs.filter(({ verdict }) => verdict !== "INVALID")
  return {
    side,
    verdict: verdictOf(trusted),
    trusted: trusted.length,
    runs: runs.length,
    requests: sum(trusted.map(({ requests }) => requests)),
    failed: sum(trusted.map(({ failed }) => failed)),
    rate: middle(trusted.map(({ rate }) => rate)),
    p50: middle(trusted.map(({ p50 }) => p50)),
    p95: middle(trusted.map(({ p95 }) => p95)),
    p99: middle(trusted.map(({ p99 }) => p99)),
    endpoints: endpointsOf(trusted),
    audit: auditOf(runs),
    ratio: { rate: null, p95: null },
  }
}

function verdictOf(trusted: readonly AbRun[]): Outcome {
  if (trusted.length === 0) return "INVALID"
  return trusted.every(({ verdict }) => verdict === "PASS") ? "PASS" : "FAIL"
}

function endpointsOf(runs: readonly AbRun[]): AbEndpoint[] {
  const byName = Map.groupBy(
    runs.flatMap(({ endpoints }) => endpoints),
    ({ name }) => name,
  )
  return [...byName].map(([name, own]) => ({
    name,
    p95: middle(own.map(({ p95 }) => p95)),
    limit: own[0]!.limit,
    failed: sum(own.map(({ failed }) => failed)),
  }))
}

/** Broken invariants count however the run was measured. */
function auditOf(runs: readonly AbRun[]): boolean | null {
  if (runs.some(({ audit }) => audit === false)) return false
  return runs.length > 0 && runs.every(({ audit }) => audit === true) ? true : null
}

function middle(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null)
  return known.length > 0 ? median(known) : null
}

function over(value: number | null, base: number | null): number | null {
  return value === null || base === null || base === 0 ? null : value / base
}
