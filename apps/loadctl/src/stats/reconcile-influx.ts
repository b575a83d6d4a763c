import type { Witness } from "../influx/witness.ts"
import type { Forwarded } from "../recorder/forward.ts"
import { sortNumbers } from "@saleproof/sla/quantile.ts"
import type { Recorded } from "./reconcile.ts"
import { concatColumns } from "./values.ts"

/** Points that InfluxDB makes one of, of each metric. */
export type Merged = { http_req_duration: number; iteration_duration: number; checks: number }

export type InfluxComparison = { merged: number; refusedWrites: number; problems: string[]; notes: string[] }

/** What became of the points on their way; without a problem in it, InfluxDB can be asked. */
export function deliveryText({ refused, undelivered }: Forwarded): { problems: string[]; notes: string[] } {
  const notes = refused.map(
    ({ status, text, writes, requests }) =>
      `InfluxDB refused ${plural(writes, "write")} with ${plural(requests, "request")}: ${status} ${text}.`,
  )
  if (!undelivered) return { problems: [], notes }
  const { writes, requests, text, answered } = undelivered
  const lacking = `InfluxDB did not get ${plural(writes, "write")} with ${plural(requests, "request")}: ${text}.`
  // Whether a write without an answer kept its points is not known, so nothing that InfluxDB holds proves anything.
  return answered ? { problems: [], notes: [...notes, lacking] } : { problems: [lacking], notes }
}

/**
 * The recording beside InfluxDB. Fewer points are explained where tags and times are equal, or a write was refused; any
 * other difference is a problem.
 */
export async function reconcileInflux(
  recorded: Recorded,
  witness: Witness,
  { forwarded, countMerged }: { forwarded: Forwarded; countMerged: () => Promise<Merged> },
): Promise<InfluxComparison> {
  const counts = countsOf(recorded, witness)
  const complete = counts.every(({ ours, theirs }) => ours === theirs)
  const merged = complete ? NONE : await countMerged()
  const partly = forwarded.refused.length > 0
  const mergedRequests = witness.all.n < recorded.totals.requests ? merged.http_req_duration : 0
  return {
    merged: mergedRequests,
    refusedWrites: forwarded.refused.reduce((sum, { writes }) => sum + writes, 0),
    notes: mergedNotes(mergedRequests, recorded.totals.requests),
    problems: [
      ...counts.filter((count) => !isExplained(count, merged, partly)).map(differenceText),
      ...(partly ? [] : percentileProblems(recorded, witness, mergedRequests)),
    ],
  }
}

type Count = {
  what: string
  ours: number
  theirs: number
  /** Whose points may have been merged, and whether each of those that were is one less here. */
  metric: keyof Merged
  ofAll: boolean
}

function countsOf({ totals }: Recorded, witness: Witness): Count[] {
  const passes = totals.checks.reduce((sum, check) => sum + check.passes, 0)
  const checks = totals.checks.reduce((sum, check) => sum + check.passes + check.fails, 0)
  const { all, failed, iterations } = witness
  const of = (metric: keyof Merged, ofAll: boolean) => ({ metric, ofAll })
  return [
    { what: "request", ours: totals.requests, theirs: all.n, ...of("http_req_duration", true) },
    {
      what: "failed request",
      ours: totals.failed.matches,
      theirs: failed,
      ...of("http_req_duration", false),
    },
    { what: "check", ours: checks, theirs: witness.checks.n, ...of("checks", true) },
    { what: "passed check", ours: passes, theirs: witness.checks.passes, ...of("checks", false) },
    { what: "iteration", ours: totals.iterations, theirs: iterations, ...of("iteration_duration", true) },
  ]
}

/** Merged points are counted exactly; how many of them had failed is not known, and what a refused write left neither. */
function isExplained({ ours, theirs, metric, ofAll }: Count, merged: Merged, partly: boolean): boolean {
  const missing = ours - theirs
  if (partly) return missing >= 0
  return ofAll ? missing === merged[metric] : missing >= 0 && missing <= merged[metric]
}

function differenceText({ what, ours, theirs }: Count): string {
  return `InfluxDB has ${plural(theirs, what)}, ${plural(ours, what)} were recorded.`
}

const NONE: Merged = { http_req_duration: 0, iteration_duration: 0, checks: 0 }

function mergedNotes(merged: number, requests: number): string[] {
  if (merged === 0) return []
  const points = plural(merged, "request")
  return [
    `InfluxDB merged ${points} of ${requests.toLocaleString("en-US")} with others of equal tags and time.`,
  ]
}

/** InfluxDB's percentile is one of the values; each merged point may have moved its rank by one. */
function percentileProblems({ samples }: Recorded, { all }: Witness, merged: number): string[] {
  const sorted = sortNumbers(concatColumns(samples.map(({ ms }) => ms)))
  if (!sorted || all.p95 === null) return []
  const rank = nearestRank(sorted.length, 0.95)
  const [least, most] = [
    sorted[Math.max(0, rank - merged)]!,
    sorted[Math.min(sorted.length - 1, rank + merged)]!,
  ]
  const rounding = 1e-9 * most
  if (all.p95 >= least - rounding && all.p95 <= most + rounding) return []
  return [
    `p95 of all requests is ${all.p95.toFixed(3)} ms in InfluxDB, ${sorted[rank]!.toFixed(3)} ms as recorded.`,
  ]
}

/** The index of the q-quantile among `n` ascending values, as InfluxDB takes it. */
function nearestRank(n: number, q: number): number {
  return Math.min(n - 1, Math.max(0, Math.floor(n * q + 0.5) - 1))
}

function plural(count: number, noun: string): string {
  return `${count.toLocaleString("en-US")} ${noun}${count === 1 ? "" : "s"}`
}
