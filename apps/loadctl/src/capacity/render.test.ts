import { expect, it } from "vitest"

import { RENDERERS } from "./formats.ts"
import type { CapacityReport, CapacityStep } from "./model.ts"

const step: CapacityStep = {
  load: 50,
  why: "step",
  runId: "run-1",
  outcome: "pass",
  reasons: [],
  iterationRate: 50.2,
  requestRate: 100.4,
  p50: 12,
  p95: 40,
  p99: 70,
  requests: 3_000,
  failed: 0,
  dropped: 0,
  broken: [],
  machine: null,
}
const slow: CapacityStep = {
  ...step,
  load: 100,
  outcome: "fail",
  p95: 231,
  reasons: ["order: p95 was 231 ms, the limit is 200 ms (n = 900)."],
  broken: [{ endpoint: "order", metric: "p95", actual: 231, limit: 200 }],
}

function report(change: Partial<CapacityReport> = {}): CapacityReport {
  return {
    schema: "saleproof.capacity/1",
    id: "search-1",
    command: "npx loadctl capacity --scenario flow_rps",
    scenario: "flow_rps",
    persona: "A",
    variants: [],
    scale: 1,
    unit: "iterations/s",
    holdSeconds: 30,
    options: { start: 50, max: 2_000, precision: 0.05, confirmations: 2, maxTimeSeconds: 1_800 },
    startedAt: "2026-11-22T10:00:00.000Z",
    finishedAt: "2026-11-22T10:03:05.000Z",
    ended: "found",
    found: { load: 50, confirmations: 2, broken: 100, limitedBy: "sla" },
    firstBroken: { endpoint: "order", metric: "p95", actual: 231, limit: 200, load: 100 },
    knee: 50,
    steps: [step, slow],
    manifest: null,
    ...change,
  }
}

const plain = { colour: false, savedIn: null }

it("puts the answer first and last, and a row for each run between", () => {
  const lines = RENDERERS.text(report(), plain).trim().split("\n")
  const answer = "CAPACITY  flow_rps: 50 iterations/s meet the SLA, confirmed twice"
  expect([lines[0], lines.at(-1)]).toEqual([answer, answer])
  expect(lines).toContain("  ✓    50  step          50.2       100.4  12.0  40.0  70.0       0        0")
})

it("names the endpoint that breaks first, and the knee", () => {
  const text = RENDERERS.text(report(), plain)
  expect(text).toContain("limit  at 100 iterations/s order breaks first: p95 231 ms, the limit is 200 ms")
  expect(text).toContain("knee   p95 starts to climb at 50 iterations/s")
})

it("says what a failure costs in shares", () => {
  const firstBroken = { endpoint: "order", metric: "errorRate", actual: 0.02, limit: 0, load: 100 }
  expect(RENDERERS.text(report({ firstBroken }), plain)).toContain("order breaks first: 2 % failed, none may")
})

it.each([
  [{ load: null, confirmations: 0, broken: 1, limitedBy: "sla" }, "no load was found that meets the SLA"],
  [
    { load: 50, confirmations: 1, broken: 100, limitedBy: "sla" },
    "50 iterations/s meet the SLA, confirmed once only",
  ],
  [{ load: 50, confirmations: 2, broken: null, limitedBy: "max" }, "nothing broke up to 2000 iterations/s"],
  [
    { load: 50, confirmations: 2, broken: 100, limitedBy: "generator" },
    "at 100 iterations/s the measurement itself could not be trusted",
  ],
] as const)("tells %j in words", (found, text) => {
  expect(RENDERERS.text(report({ found, firstBroken: null }), plain)).toContain(text)
})

it("says when it was cut short, also before the first run", () => {
  const found = { load: null, confirmations: 0, broken: null, limitedBy: "sla" } as const
  const cut = report({ ended: "interrupted", steps: [], knee: null, firstBroken: null, found })
  const text = RENDERERS.text(cut, plain)
  expect(text).toContain("no load was found that meets the SLA; interrupted before the search was over")
  expect(text).not.toContain("iterations/s  requests/s")
})

it("fits a pull request", () => {
  const markdown = RENDERERS.markdown(report())
  expect(markdown).toContain("### Capacity of flow_rps: 50 iterations/s meet the SLA, confirmed twice")
  expect(markdown).toContain("| ✗ | 100 | step |")
})

it("gives JSON that parses to the report itself", () => {
  expect(JSON.parse(RENDERERS.json(report()))).toEqual(report())
})

it("keeps in a file of results what made it", () => {
  expect(RENDERERS.markdown(report())).toContain(
    "- made by: `npx loadctl capacity --scenario flow_rps`, 2026-11-22 10:03",
  )
})
