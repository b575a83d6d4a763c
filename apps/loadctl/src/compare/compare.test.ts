import { expect, it } from "vitest"

import { STEADY, recordRun } from "../../test/support/runs.ts"
import type { Recording } from "../../test/support/runs.ts"
import { DEFAULT_LIMITS, compareRuns } from "./compare.ts"
import type { Comparison } from "./model.ts"

const options = { limits: DEFAULT_LIMITS, allow: [] }
const base = recordRun({ runId: "base" })

function compareTo(recording: Omit<Recording, "runId">): Comparison {
  return compareRuns(
    { base: [base], candidate: [recordRun({ runId: "candidate", seed: 2, ...recording })] },
    options,
  )
}

function verdicts({ endpoints }: Comparison): Record<string, string> {
  return Object.fromEntries(endpoints.map(({ name, verdict }) => [name, verdict]))
}

function difference({ endpoints }: Comparison, name: string, metric: string) {
  return endpoints
    .find((endpoint) => endpoint.name === name)
    ?.differences.find((one) => one.metric === metric)
}

it("shows no difference between two runs of the same thing", () => {
  const comparison = compareTo({})
  expect(comparison.verdict).toBe("no difference shown")
  expect(comparison.reasons).toEqual([])
  expect(verdicts(comparison)).toEqual({
    shows: "no difference shown",
    buy: "no difference shown",
    overall: "no difference shown",
  })
})

it.each([11, 12, 13, 14, 15, 16])("does not cry wolf over equal runs (%i)", (seed) => {
  expect(compareTo({ seed }).verdict).toBe("no difference shown")
})

it("finds the endpoint that became slower, by how much, and how surely", () => {
  const comparison = compareTo({ endpoints: { ...STEADY, buy: { perSecond: 10, ms: 110 } } })
  expect(comparison.verdict).toBe("worse")
  expect(verdicts(comparison)).toMatchObject({ shows: "no difference shown", buy: "worse" })
  expect(comparison.reasons).toContain("buy: p50, p95, p99 worse.")
  const p50 = difference(comparison, "buy", "p50")
  expect(p50?.change).toBeGreaterThan(20)
  expect(p50?.change).toBeLessThan(40)
  expect(p50?.interval?.low).toBeGreaterThan(0)
  expect(p50?.p).toBeLessThan(0.001)
})

it("calls a faster endpoint better", () => {
  const comparison = compareTo({
    endpoints: { shows: { perSecond: 20, ms: 25 }, buy: { perSecond: 10, ms: 50 } },
  })
  expect(comparison.verdict).toBe("better")
})

it("calls it worse when one endpoint gains and another loses", () => {
  const comparison = compareTo({
    endpoints: { shows: { perSecond: 20, ms: 20 }, buy: { perSecond: 10, ms: 160 } },
  })
  expect(verdicts(comparison)).toMatchObject({ shows: "better", buy: "worse" })
  expect(comparison.verdict).toBe("worse")
})

it("sees a lower rate and new failures", () => {
  const comparison = compareTo({
    endpoints: { shows: { perSecond: 12, ms: 40 }, buy: { perSecond: 10, ms: 80, failedShare: 0.05 } },
  })
  expect(difference(comparison, "shows", "rate")?.verdict).toBe("worse")
  expect(difference(comparison, "buy", "failed")).toMatchObject({ verdict: "worse", base: 0 })
  expect(difference(comparison, "overall", "failed")?.verdict).toBe("worse")
})

it("leaves a difference alone that is smaller than the limits", () => {
  const slower = recordRun({
    runId: "candidate",
    seed: 2,
    endpoints: { ...STEADY, buy: { perSecond: 10, ms: 100 } },
  })
  const strict = compareRuns({ base: [base], candidate: [slower] }, options)
  const limits = { ...DEFAULT_LIMITS, share: 0.5 }
  const generous = compareRuns({ base: [base], candidate: [slower] }, { limits, allow: [] })
  expect([strict.verdict, generous.verdict]).toEqual(["worse", "no difference shown"])
})

it("compares nothing where the scenario differs, and says so", () => {
  const comparison = compareTo({ scenario: "other" })
  expect(comparison).toMatchObject({ verdict: "not comparable", endpoints: [], method: null })
  expect(comparison.reasons[0]).toMatch(/^Another scenario: base has steady, candidate has other/)
})

it("is not green when an endpoint has vanished", () => {
  const comparison = compareTo({ endpoints: { shows: STEADY["shows"]! } })
  expect(verdicts(comparison)).toMatchObject({ shows: "no difference shown", buy: "not comparable" })
  expect(comparison.reasons).toContain("buy: no requests in the candidate.")
  const limits = { share: 10, ms: 10_000, failedShare: 1 }
  const only = recordRun({ runId: "candidate", endpoints: { shows: STEADY["shows"]! } })
  const generous = compareRuns({ base: [base], candidate: [only] }, { limits, allow: [] })
  expect(generous.verdict).toBe("not comparable")
})

it("passes over an endpoint that is rare on both sides, with a note", () => {
  const rare = { ...STEADY, buy: { perSecond: 0.05, ms: 80 } }
  const runs = ["one", "other"].map((runId, seed) => recordRun({ runId, seed, endpoints: rare }))
  const comparison = compareRuns({ base: runs.slice(0, 1), candidate: runs.slice(1) }, options)
  const buy = comparison.endpoints.find(({ name }) => name === "buy")
  expect(buy?.differences.filter(({ verdict }) => verdict === "not comparable")).toHaveLength(5)
  expect(comparison.notes.join("\n")).toContain("Too few requests to compare: buy.")
  expect(comparison.verdict).toBe("no difference shown")
})

it("cannot compare single runs of a few seconds, but groups of four of them", () => {
  const group = (side: string, seed: number, ms: number) =>
    Array.from({ length: 4 }, (_, index) =>
      recordRun({
        runId: `${side}${index}`,
        seconds: 4,
        seed: seed + index,
        endpoints: { shows: { perSecond: 60, ms }, buy: { perSecond: 40, ms } },
      }),
    )
  const [before, after] = [group("a", 10, 40), group("b", 20, 60)]
  const single = compareRuns({ base: before.slice(0, 1), candidate: after.slice(0, 1) }, options)
  expect(single.verdict).toBe("not comparable")
  expect(single.reasons[0]).toContain("compare at least 4 runs a side instead")

  const groups = compareRuns({ base: before, candidate: after }, options)
  expect(groups.method).toMatchObject({ unit: "run", units: { base: 4, candidate: 4 }, blockSeconds: null })
  expect(groups.verdict).toBe("worse")
  expect(difference(groups, "shows", "p95")?.noise).toBeGreaterThan(0)
})

it("is not fooled by runs of one side that differ as much among themselves", () => {
  const group = (side: string, levels: readonly number[]) =>
    levels.map((ms, index) =>
      recordRun({
        runId: `${side}${index}`,
        seconds: 10,
        seed: index,
        endpoints: { shows: { perSecond: 60, ms } },
      }),
    )
  const comparison = compareRuns(
    { base: group("a", [40, 41, 80, 82]), candidate: group("b", [83, 84, 85, 86]) },
    options,
  )
  expect(difference(comparison, "shows", "p50")).toMatchObject({ verdict: "no difference shown" })
})

it("gives the same answer every time", () => {
  expect(compareTo({})).toEqual(compareTo({}))
})

it("says that a single run a side knows nothing of how runs differ", () => {
  expect(compareTo({}).notes[0]).toContain("runs differ among themselves too")
})

it("says under which load the latencies are where one side answered more", () => {
  const busy = { shows: { perSecond: 40, ms: 40 }, buy: { perSecond: 20, ms: 80 } }
  const { notes } = compareRuns(
    { base: [recordRun({ runId: "a" })], candidate: [recordRun({ runId: "b", seed: 2, endpoints: busy })] },
    { limits: DEFAULT_LIMITS, allow: [] },
  )
  expect(notes.join("\n")).toMatch(/The candidate answered 100 % more requests a second/)
})
