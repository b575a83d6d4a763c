import { expect, it } from "vitest"

import type { RunLine } from "./runs.ts"
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
      latest: 63,
      before: 42,
      change: 0.5,
    },
  ])
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
