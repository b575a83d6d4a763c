import { expect, it } from "vitest"

import { sheetRenderers } from "../report/sheet/formats.ts"
import { capacitySheet } from "./sheet.ts"
import type { CapacityReport, CapacityStep } from "./model.ts"

const RENDERERS = sheetRenderers(capacitySheet)

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
  inFlight: null,
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
    options: { start: 50, max: 2_000, precision: 0.05, maxRuns: 16, maxTimeSeconds: 1_800 },
    startedAt: "2026-11-22T10:00:00.000Z",
    finishedAt: "2026-11-22T10:03:05.000Z",
    ended: "found",
    capacity: 50,
    atLeast: false,
    found: {
      load: 50,
      confirmations: 2,
      broken: 100,
      limitedBy: "sla",
      edge: { load: 72.3, low: 51.04, high: 98.6 },
    },
    scalability: null,
    firstBroken: { endpoint: "order", metric: "p95", actual: 231, limit: 200, load: 100 },
    knee: 50,
    steps: [step, slow],
    manifest: null,
    ...change,
  }
}

const plain = { color: false, savedIn: null }

it("puts the answer first and last, and a row for each run between", () => {
  const lines = RENDERERS.text(report(), plain).trim().split("\n")
  const answer =
    "CAPACITY  flow_rps: 50 iterations/s completed within the SLA; the edge lies between 51 and 98.6 (90 % interval)"
  expect([lines[0], lines.at(-1)]).toEqual([answer, answer])
  expect(lines).toContain("  ✓    50  step          50.2       100.4  12.0  40.0  70.0       0        0")
})

it("names the endpoint that breaks first, and the knee", () => {
  const text = RENDERERS.text(report(), plain)
  expect(text).toContain("limit     at 100 iterations/s order breaks first: p95 231 ms, the limit is 200 ms")
  expect(text).toContain("knee      p95 starts to climb at 50 iterations/s")
})

it("says why a load broke that kept every limit, and what would make the answer surer", () => {
  const reason = "Requests in flight rose from 4.4 to 12.8 over the hold: more came than were completed."
  const behind = { ...slow, broken: [], reasons: [reason] }
  const edge = { load: 72.3, low: 71, high: 73 }
  const text = RENDERERS.text(
    report({ firstBroken: null, steps: [step, behind], holdSeconds: 5, found: { ...report().found, edge } }),
    plain,
  )
  expect(text).toContain(`limit     it breaks at 100 iterations/s: ${reason}`)
  expect(text).toContain(
    "next      hold for 30s or more (--duration): in 5 s a queue that grows slowly looks steady",
  )
  const wide = RENDERERS.text(report({ options: { ...report().options, maxRuns: 2 } }), plain)
  expect(wide).toContain("next      more runs (--max-runs) narrow the edge")
  expect(RENDERERS.text(report(), plain)).not.toContain("  next ")
})

it("says what a failure costs in shares", () => {
  const firstBroken = { endpoint: "order", metric: "errorRate", actual: 0.02, limit: 0, load: 100 }
  expect(RENDERERS.text(report({ firstBroken }), plain)).toContain("order breaks first: 2 % failed, none may")
})

const FOUND = report().found

it.each([
  [{ capacity: null, found: { ...FOUND, load: null, edge: null } }, "no load was found that meets the SLA"],
  [
    {
      capacity: 80,
      atLeast: true,
      found: { ...FOUND, load: 80, broken: null, edge: null, limitedBy: "max" },
    },
    "at least 80 iterations/s completed within the SLA",
  ],
  [{ found: { ...FOUND, broken: null, limitedBy: "max" } }, "nothing broke up to 2000 iterations/s"],
  [
    { found: { ...FOUND, limitedBy: "generator" } },
    "at 100 iterations/s the measurement itself could not be trusted",
  ],
] as [Partial<CapacityReport>, string][])("tells %j in words", (change, text) => {
  expect(RENDERERS.text(report({ ...change, firstBroken: null }), plain)).toContain(text)
})

it("draws the scalability law over what was measured, with its intervals", () => {
  const flying = (load: number, inFlight: number): CapacityStep => ({
    ...step,
    load,
    iterationRate: load,
    inFlight: Array.from({ length: 6 }, () => inFlight),
  })
  const steps = [flying(50, 1), flying(80, 4)]
  const ends = { low: 0.1, high: 0.3 }
  const scalability = {
    lambda: 50,
    contention: 0.2,
    coherence: 0.001,
    peak: { throughput: 190, concurrency: 28 },
    intervals: { contention: ends, coherence: ends, peak: { low: 170, high: 210 } },
  }
  const text = RENDERERS.text(report({ steps, scalability, knee: null }), plain)
  expect(text).toMatch(/^ +1\.0 +50\.0 +█+◆/m)
  expect(text).toMatch(/^ +4\.0 +80\.0 +█+ *◆/m)
  expect(text).toMatch(/contention +20 % \(10 % to 30 %\) of the work waits its turn/)
  expect(text).toMatch(/peak +190 iterations\/s predicted with 28 in flight \(170 to 210\)/)
  expect(text).not.toContain("knee")
  expect(RENDERERS.markdown(report({ steps, scalability }), plain)).toContain("```text\nin flight")
})

it("says when it was cut short, also before the first run", () => {
  const found = { ...FOUND, load: null, broken: null, edge: null }
  const cut = report({
    ended: "interrupted",
    steps: [],
    knee: null,
    firstBroken: null,
    found,
    capacity: null,
  })
  const text = RENDERERS.text(cut, plain)
  expect(text).toContain("no load was found that meets the SLA; interrupted before the search was over")
  expect(text).not.toContain("iterations/s  requests/s")
})

it("fits a pull request", () => {
  const markdown = RENDERERS.markdown(report(), plain)
  expect(markdown).toContain(
    "### Capacity of flow_rps: 50 iterations/s completed within the SLA; the edge lies between 51 and 98.6 (90 % interval)",
  )
  expect(markdown).toContain("| ✗ | 100 | step |")
})

it("gives JSON that parses to the report itself", () => {
  expect(JSON.parse(RENDERERS.json(report(), plain))).toEqual(report())
})

it("keeps in a file of results what made it", () => {
  expect(RENDERERS.markdown(report(), plain)).toContain(
    "- made by: `npx loadctl capacity --scenario flow_rps`\n- finished: 2026-11-22 10:03 UTC",
  )
})
