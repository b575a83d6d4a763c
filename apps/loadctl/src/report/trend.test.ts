import { expect, it } from "vitest"

import type { RunLine } from "./run-line.ts"
import { renderRuns } from "./runs.ts"
import { trendsOf } from "./trend.ts"

const line: RunLine = {
  runId: "20261122-100000-sale-0001",
  scenario: "sale",
  persona: "A",
  variants: [],
  scale: 1,
  settings: [],
  verdict: "PASS",
  startedAt: "2026-11-22T10:00:00.000Z",
  requests: 100,
  failed: 0,
  p95: 40,
  commit: "0123456789",
}

/** Newest first, as the history has them. */
const newestFirst = (...p95s: number[]): RunLine[] => p95s.map((p95) => ({ ...line, p95 })).toReversed()

it("sets the latest run beside the median of those before it", () => {
  expect(trendsOf(newestFirst(40, 44, 42, 63))).toEqual([
    {
      kind: "sale, persona A",
      runs: 4,
      verdicts: ["PASS", "PASS", "PASS", "PASS"],
      p95s: [40, 44, 42, 63],
      changePoints: [],
      latest: 63,
      before: 42,
      change: 0.5,
    },
  ])
})

it("has nothing to set beside each other where no run can be trusted, or none made a request", () => {
  const untold = [
    { ...line, verdict: "INVALID" as const },
    { ...line, p95: null },
  ]
  for (const only of untold)
    expect(trendsOf([only])).toEqual([expect.objectContaining({ p95s: [], changePoints: [], latest: null })])
  expect(renderRuns({ schema: "saleproof.runs/1", runs: untold, trends: trendsOf(untold) })).toContain("sale")
})

it("keeps loads apart that are not the same", () => {
  const runs = [
    line,
    { ...line, scale: 0.1 },
    { ...line, variants: ["limited"] },
    { ...line, persona: null },
    line,
    { ...line, settings: ["ORDER_STRATEGY=batched"] },
  ]
  expect(trendsOf(runs).map(({ kind, runs }) => [kind, runs])).toEqual([
    ["sale, persona A", 2],
    ["sale, persona A, scale 0.1", 1],
    ["sale, persona A, limited", 1],
    ["sale", 1],
    ["sale, persona A, ORDER_STRATEGY=batched", 1],
  ])
})

it("takes no latency from a run that cannot be trusted", () => {
  const runs: RunLine[] = [
    { ...line, verdict: "INVALID", p95: 9_000 },
    { ...line, verdict: "FAIL" },
  ]
  expect(trendsOf(runs)).toMatchObject([
    { verdicts: ["FAIL", "INVALID"], p95s: [40], latest: 40, before: null, change: null },
  ])
})

it("shows each kind as one line: verdicts, p95s and where the latest stands", () => {
  const runs: RunLine[] = [{ ...line, verdict: "FAIL", p95: 80 }, { ...line, verdict: "INVALID" }, line, line]
  const text = renderRuns({ schema: "saleproof.runs/1", runs, trends: trendsOf(runs) })
  expect(text).toMatch(/^sale, persona A +4 +✓✓\?✗ +▅▅█ +80\.0 +40\.0 +\+100 %$/m)
})

/** Twenty runs, each of a commit of its own, whose p95 follows `at`. */
function history(at: (index: number) => number): RunLine[] {
  const noise = [1, 1.01, 0.99, 1.02, 0.98, 1.005, 0.995]
  return Array.from({ length: 24 }, (_, index) => ({
    ...line,
    runId: `run-${index}`,
    commit: `commit-${index}`,
    p95: at(index) * noise[index % noise.length]!,
  })).toReversed()
}

it("dates a step to the run and the commit, with the levels before and after", () => {
  const [trend] = trendsOf(history((index) => (index < 14 ? 40 : 50)))
  expect(trend?.changePoints).toEqual([
    {
      runId: "run-14",
      startedAt: line.startedAt,
      commit: "commit-14",
      commitBefore: "commit-13",
      before: expect.closeTo(40, 0),
      after: expect.closeTo(50, 0),
      change: expect.closeTo(0.25, 1),
      p: 0.001,
    },
  ])
  const text = renderRuns({ schema: "saleproof.runs/1", runs: [line], trends: trend ? [trend] : [] })
  expect(text).toMatch(
    /p95 rose by \d+ % \(\S+ to \S+ ms\) with run-14, commit commit-14 \(before it commit-13\); p 0\.001/,
  )
})

it("sees a drift over ten runs that no two neighbors show", () => {
  const [trend] = trendsOf(history((index) => 40 * 1.02 ** Math.min(10, Math.max(0, index - 7))))
  expect(trend?.changePoints.length).toBeGreaterThanOrEqual(1)
  for (const { runId, change } of trend!.changePoints) {
    expect(Number(runId.slice(4))).toBeGreaterThanOrEqual(8)
    expect(Number(runId.slice(4))).toBeLessThanOrEqual(17)
    expect(change).toBeGreaterThan(0)
  }
})

it("sees no change in runs of one level, and takes no figure from one that is invalid", () => {
  const steady = history(() => 40)
  expect(trendsOf(steady)[0]?.changePoints).toEqual([])
  const invalid = steady.map((run, index) =>
    index < 8 ? { ...run, verdict: "INVALID" as const, p95: 400 } : run,
  )
  expect(trendsOf(invalid)[0]?.changePoints).toEqual([])
})
