import { expect, it } from "vitest"

import { STEADY, recordRun } from "../../test/support/runs.ts"
import type { Behavior, Recording } from "../../test/support/runs.ts"
import { DEFAULT_LIMITS, compareRounds, compareRuns } from "./compare.ts"
import type { Comparison } from "./model.ts"

const options = { limits: DEFAULT_LIMITS, allow: [] }
const SLOW_BUY = { ...STEADY, buy: { perSecond: 10, ms: 110 } }

/** Six runs of one side, whose levels differ by a few per cent as runs do. */
function group(side: string, recording: Omit<Recording, "runId"> = {}, size = 6) {
  const { endpoints = STEADY, seed = side.codePointAt(0)! } = recording
  return Array.from({ length: size }, (_, index) =>
    recordRun({
      ...recording,
      runId: `${side}${index}`,
      seed: seed * 10 + index,
      endpoints: leveled(endpoints, index),
    }),
  )
}

const LEVELS = [1, 1.03, 0.98, 1.01, 0.96, 1.02]

function leveled(endpoints: Record<string, Behavior>, index: number): Record<string, Behavior> {
  const entries = Object.entries(endpoints)
  return Object.fromEntries(
    entries.map(([name, own]) => [name, { ...own, ms: own.ms * LEVELS[index % LEVELS.length]! }]),
  )
}

const base = group("a")

function compareTo(recording: Omit<Recording, "runId">): Comparison {
  return compareRuns({ base, candidate: group("b", recording) }, options)
}

function verdicts({ endpoints }: Comparison): Record<string, string> {
  return Object.fromEntries(endpoints.map(({ name, verdict }) => [name, verdict]))
}

function difference({ endpoints }: Comparison, name: string, metric: string) {
  const endpoint = endpoints.find((one) => one.name === name)
  return endpoint!.differences.find((one) => one.metric === metric)!
}

it.each([11, 12, 13, 14, 15, 16])("calls nothing different between groups of the same thing (%i)", (seed) => {
  const comparison = compareTo({ seed })
  expect(["no-difference", "inconclusive"]).toContain(comparison.verdict)
})

it("finds the endpoint that became slower, by how much, and how surely", () => {
  const comparison = compareTo({ endpoints: SLOW_BUY })
  expect(comparison.verdict).toBe("worse")
  expect(verdicts(comparison)["buy"]).toBe("worse")
  expect(verdicts(comparison)["shows"]).not.toBe("worse")
  const p50 = difference(comparison, "buy", "p50")
  expect(p50.change).toBeGreaterThan(20)
  expect(p50.change).toBeLessThan(40)
  expect(p50.interval!.low).toBeGreaterThan(0)
  expect(p50.p).toBeLessThan(0.01)
  expect(p50.noise).toBeGreaterThan(0)
})

it("calls a faster endpoint better, and the whole worse when another loses", () => {
  const faster = { shows: { perSecond: 20, ms: 25 }, buy: { perSecond: 10, ms: 50 } }
  expect(compareTo({ endpoints: faster }).verdict).toBe("better")
  const mixed = compareTo({ endpoints: { ...faster, buy: { perSecond: 10, ms: 160 } } })
  expect(verdicts(mixed)).toMatchObject({ shows: "better", buy: "worse" })
  expect(mixed.verdict).toBe("worse")
})

it("sees a lower rate and new failures", () => {
  const endpoints = { shows: { perSecond: 12, ms: 40 }, buy: { perSecond: 10, ms: 80, failedShare: 0.05 } }
  const comparison = compareTo({ endpoints })
  expect(difference(comparison, "shows", "rate").verdict).toBe("worse")
  expect(difference(comparison, "buy", "failed")).toMatchObject({ verdict: "worse", base: 0 })
})

it("never calls a single run a side, and says how many would show a change", () => {
  const slow = group("b", { endpoints: { ...STEADY, buy: { perSecond: 10, ms: 400 } } }, 1)
  const comparison = compareRuns({ base: base.slice(0, 1), candidate: slow }, options)
  expect(comparison.verdict).toBe("inconclusive")
  expect(comparison.reasons.at(-1)).toMatch(
    /^Cannot tell the runs apart from noise \(fewer than 4 runs a side\); \d+ runs a side would show 10 % \(runs that spread by 5 %, as is assumed\)\.$/,
  )
  expect(comparison.planning).toMatchObject({ effect: 0.1, measured: false })
  expect(difference(comparison, "buy", "p50")).toMatchObject({ p: null, interval: null })
})

it("does not promise that a thousand runs show what runs that spread this much hide", () => {
  const wild = { shows: { perSecond: 20, ms: 40 }, buy: { perSecond: 10, ms: 80 } }
  const apart = (side: string) =>
    group(side, { endpoints: wild }, 4).map((run, index) => ({
      ...run,
      figures: new Map(
        [...run.figures].map(([name, own]) => [name, { ...own, p95: own.p95! * 3 ** (index % 3) }] as const),
      ),
    }))
  const comparison = compareRuns({ base: apart("a"), candidate: apart("b") }, options)
  expect(comparison.reasons.at(-1)).toMatch(
    /runs that spread by [\d.]+ %, as these do, show no change of 10 %: hold longer, or measure on a quieter machine\.$/,
  )
})

it("calls it no difference where the intervals lie within the limits", () => {
  const limits = { share: 0.5, ms: 0, failedShare: 0.01 }
  const comparison = compareRuns({ base, candidate: group("b") }, { limits, allow: [] })
  expect(comparison.verdict).toBe("no-difference")
  expect(comparison.reasons).toEqual([])
})

it("leaves a change alone that is smaller than the limits", () => {
  const limits = { ...DEFAULT_LIMITS, share: 0.6 }
  expect(
    compareRuns({ base, candidate: group("b", { endpoints: SLOW_BUY }) }, { limits, allow: [] }).verdict,
  ).not.toBe("worse")
})

it.each([5, 8, 20])("finds +20 %% of %i ms: a small latency has no absolute limit to hide behind", (ms) => {
  const at = (factor: number) => ({ shows: { perSecond: 30, ms: ms * factor } })
  const comparison = compareRuns(
    { base: group("a", { endpoints: at(1) }), candidate: group("b", { endpoints: at(1.2) }) },
    options,
  )
  expect(difference(comparison, "shows", "p50").verdict).toBe("worse")
})

it("calls a candidate worse that is five times slower in half of its runs", () => {
  const five = group("c", {
    endpoints: { shows: { perSecond: 20, ms: 200 }, buy: { perSecond: 10, ms: 400 } },
  })
  const candidate = group("b").map((run, index) => (index % 2 === 0 ? run : five[index]!))
  const comparison = compareRuns({ base, candidate }, options)
  expect(comparison.verdict).toBe("worse")
  expect(difference(comparison, "buy", "p95").reason).toContain("half of the candidate's runs")
})

it("ranks runs worst that could give no figures", () => {
  const candidate = group("b").map((run, index) => (index < 3 ? { ...run, figures: new Map() } : run))
  const comparison = compareRuns({ base, candidate }, options)
  expect(comparison.verdict).toBe("worse")
  expect(difference(comparison, "buy", "p95").interval).toBeNull()
})

it("decides nothing when more than a fifth of the runs are void", () => {
  const slow = group("b", { endpoints: SLOW_BUY })
  const voided = (count: number) => slow.concat(group("v", { verdict: "INVALID" }, count))
  expect(compareRuns({ base, candidate: voided(2) }, options).verdict).toBe("worse")
  const comparison = compareRuns({ base, candidate: voided(4) }, options)
  expect(comparison.verdict).toBe("inconclusive")
  expect(comparison.reasons.join()).toContain("more than a fifth of the runs are void")
  expect(comparison.notes.join()).toContain("v0 is void and left out: the generator was short of CPU.")
})

it("compares nothing where the scenario differs, and says so", () => {
  const comparison = compareTo({ scenario: "other" })
  expect(comparison).toMatchObject({ verdict: "not-comparable", endpoints: [], method: null })
  expect(comparison.reasons[0]).toMatch(/^Another scenario: a0 has steady, b0 has other/)
})

it("is not green when an endpoint has vanished", () => {
  const comparison = compareTo({ endpoints: { shows: STEADY["shows"]! } })
  expect(verdicts(comparison)["buy"]).toBe("not-comparable")
  expect(comparison.reasons).toContain("buy: no requests in the candidate.")
  const limits = { share: 10, ms: 10_000, failedShare: 1 }
  const only = group("b", { endpoints: { shows: STEADY["shows"]! } })
  expect(compareRuns({ base, candidate: only }, { limits, allow: [] }).verdict).toBe("not-comparable")
})

it("passes over an endpoint that is rare on both sides, with a note", () => {
  const rare = { ...STEADY, buy: { perSecond: 0.05, ms: 80 } }
  const [before, after] = ["a", "b"].map((side) => group(side, { endpoints: rare }, 1))
  const comparison = compareRuns({ base: before!, candidate: after! }, options)
  const buy = comparison.endpoints.find(({ name }) => name === "buy")
  expect(buy?.differences.filter(({ verdict }) => verdict === "not-comparable")).toHaveLength(5)
  expect(comparison.notes.join("\n")).toContain("Too few requests to compare: buy.")
})

it("gives the same answer every time", () => {
  expect(compareTo({})).toEqual(compareTo({}))
})

it("says under which load the latencies are where one side answered more", () => {
  const busy = { shows: { perSecond: 40, ms: 40 }, buy: { perSecond: 20, ms: 80 } }
  expect(compareTo({ endpoints: busy }).notes.join("\n")).toMatch(
    /The candidate answered 100 % more requests per second/,
  )
})

/** Rounds whose level both sides share, far more than the sides differ by. */
function rounds(side: string, factor: number, count: number) {
  return Array.from({ length: count }, (_, round) => {
    const shared = 1 + 0.3 * Math.sin(round) + 0.01 * LEVELS[round % 6]!
    const endpoints = {
      shows: { perSecond: 20, ms: 40 * shared * factor },
      buy: { perSecond: 10, ms: 80 * shared * factor },
    }
    return recordRun({ runId: `${side}${round}`, seed: side.codePointAt(0)! * 10 + round, endpoints })
  })
}

it("sees in pairs what the drift of the rounds hides from groups", () => {
  const sides = { base: rounds("a", 1, 8), candidate: rounds("b", 1.25, 8) }
  expect(compareRuns(sides, options).verdict).toBe("inconclusive")
  const paired = compareRounds(sides, { ...options, alpha: 1 / 32, undecided: null })
  expect(paired.verdict).toBe("worse")
  expect(paired.method).toMatchObject({ unit: "round", arrangements: 256, exact: true })
})

it("calls nothing between two looks, nor in fewer than six rounds", () => {
  const sides = { base: rounds("a", 1, 8), candidate: rounds("b", 2, 8) }
  const between = compareRounds(sides, {
    ...options,
    alpha: 1 / 32,
    undecided: "the next look is after round 12",
  })
  expect(between.verdict).toBe("inconclusive")
  expect(between.reasons.at(-1)).toContain("the next look is after round 12")
  const five = { base: sides.base.slice(0, 5), candidate: sides.candidate.slice(0, 5) }
  const few = compareRounds(five, { ...options, alpha: 1 / 32, undecided: null })
  expect(few.reasons.at(-1)).toContain("fewer than 6 rounds")
})

it("voids a round for both sides", () => {
  const [base, candidate] = [rounds("a", 1, 8), rounds("b", 1.25, 8)]
  base[3] = { ...base[3]!, standing: { counts: false, why: "two sources differ." }, figures: new Map() }
  const comparison = compareRounds({ base, candidate }, { ...options, alpha: 1 / 32, undecided: null })
  expect(comparison.method?.units).toEqual({ base: 7, candidate: 7 })
  expect(comparison.verdict).toBe("worse")
})
